"""How convoys end: with a synthesis, landed by their owner, or with all kept on branches."""

from __future__ import annotations

from gitgt.model.documents import OWNED, MergeRequest, Message, Outcome
from gitgt.services import beads
from gitgt.services.convoy import convoys, landing, synthesis
from gitgt.services.mail import nudges
from gitgt.services.queue import steering
from tests.support.town import TESS


def letters(town):
    found = town.ledger().all(Message)
    return [(each.recipient, each.title) for each in found if each.title.startswith("Convoy")]


def test_a_synthesis_starts_when_all_legs_are_closed_and_knows_what_they_made(town):
    shop = town.rig()
    legs = [town.bead(shop, each) for each in ("Left", "Right")]
    made = convoys.create(town.town, "Both", [each.id for each in legs], TESS)
    last = synthesis.start(town.town, made.id, TESS).bead
    assert synthesis.start(town.town, made.id, TESS).bead == last
    town.agent_does(last.id, "echo both >both", "closes Both")
    town.settle()
    assert (town.now(last.id).status, town.sessions()) == ("open", [])

    for each in legs:
        beads.close(town.town, each.id, TESS, outcome=Outcome.NO_CHANGES, reason="It is there")
    town.settle()

    assert town.now(last.id).notes == "".join(
        f"- {each.id}, {each.title} (shop, no-changes): It is there\n"
        for each in sorted(legs, key=lambda leg: leg.id)
    ).removesuffix("\n")
    assert town.now(last.id).landed
    assert convoys.find(town.town, made.id).status == "closed"


def test_an_owned_convoy_is_its_owners_to_land_and_keeps_nobodys_worktree(town):
    shop = town.rig()
    bead = town.bead(shop, "Mine", "echo 1 >mine", "closes Mine")
    fields = {"labels": (OWNED,), "nudge_watchers": ("mayor",)}
    made = convoys.create(town.town, "Mine", [bead.id], TESS, owner="mayor", more=fields)
    town.sling(bead)
    town.settle()
    told = ("mayor", f"Convoy {made.id} can be landed: Mine")
    assert (convoys.find(town.town, made.id).status, letters(town)) == ("open", [told])
    path = shop.path / "polecats" / town.now(bead).assignee.rpartition("/")[2]
    wanted = {"force": False, "keep": False}

    seen = landing.land(town.town, made.id, TESS, dry_run=True, **wanted)
    assert (seen.gone, path.is_dir()) == ((town.now(bead).assignee,), True)
    done = landing.land(town.town, made.id, TESS, dry_run=False, **wanted)
    again = landing.land(town.town, made.id, TESS, dry_run=False, **wanted)

    assert (done.gone, path.exists()) == ((town.now(bead).assignee,), False)
    assert (done.convoy.status, done.convoy.reason) == ("closed", "landed by its owner")
    assert again.convoy == done.convoy
    assert [each.text for each in nudges.waiting(town.town, "mayor")] == [
        f"Convoy {made.id} can be landed: Mine", f"convoy {made.id} has landed"
    ]  # fmt: skip
    assert letters(town) == [told, ("mayor", f"Convoy {made.id} has landed: Mine")]


def test_what_a_local_convoy_hands_in_waits_on_its_branch_until_it_is_let_go(town):
    shop = town.rig()
    bead = town.bead(shop, "Here", "echo 1 >here", "closes Here")
    made = convoys.create(town.town, "Here", [bead.id], TESS, more={"merge": "local"})
    town.sling(bead)
    town.settle()
    [request] = town.ledger(shop).all(MergeRequest)
    assert (request.status, request.held) == ("queued", f"{made.id} keeps it on its branch")

    steering.unhold(town.town, request.id, TESS)
    town.settle()
    assert convoys.find(town.town, made.id).status == "closed"
