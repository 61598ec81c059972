"""Mountains: epics that drive themselves to the end, without what nobody gets done."""

from __future__ import annotations

import pytest

from gitgt.model.documents import Dependency, DependencyType, Message, Outcome
from gitgt.model.ids import BeadId
from gitgt.services import beads
from gitgt.services.convoy import convoys, launching, mountain, watching
from gitgt.services.convoy.stranded import stranded
from tests.support.checkout import Checkout
from tests.support.town import TESS

WORKS = ("echo {0} >{0}", "closes {0}")


def blocks(*names):
    return tuple(Dependency(DependencyType.BLOCKS, BeadId(each)) for each in sorted(names))


def quick(town):
    """Let nobody wait: what was given up is tried again at once."""
    root = Checkout(town.town.root)
    root.write("settings/config.yaml", "convoy:\n  cooldown: 0\n")
    root.git("add", "settings/config.yaml")
    root.git("commit", "-q", "-m", "Wait for nothing")


def part(town, shop, epic, title, *after, works=True):
    made = town.bead(shop, title, parent=str(epic.id), dependencies=blocks(*after))
    if works:
        town.agent_does(made.id, *(line.format(title) for line in WORKS))
    return made.id


def mail(town, to):
    """What the convoys role wrote to somebody."""
    ours = [each for each in town.ledger().all(Message) if each.created_by == "convoys"]
    found = [each for each in ours if each.recipient == to]
    return [(each.title, each.description) for each in found]


def pair(*names):
    return tuple(sorted(names))


@pytest.fixture
def shop(town):
    quick(town)
    return town.rig()


def test_a_mountain_goes_on_without_what_is_hopeless_and_says_so(town, shop):
    epic = town.bead(shop, "All of it", type="epic")
    first = part(town, shop, epic, "first")
    bad = part(town, shop, epic, "bad", works=False)
    second = part(town, shop, epic, "second", first)
    behind = part(town, shop, epic, "behind", bad)
    last = part(town, shop, epic, "last", behind)
    staged, made = mountain.climb(town.town, epic.id, TESS, force=True, validate=False)
    assert staged.staging.waves == (pair(first, bad), pair(second, behind), (last,))
    watching.watch(town.town, made.id, "overseer", TESS)

    town.settle()

    seen = mountain.look(town.town, convoys.find(town.town, made.id))
    assert seen.report.headline().startswith("of 5: 2 done, 1 left behind, 2 waiting for those")
    [left] = seen.report.left
    assert (left.bead, left.dependents) == (bad, pair(behind, last))
    why = f"2 of 5 done; 1 left behind: {bad}; 2 waiting for others"
    assert (seen.view.convoy.stalled_at != "", seen.view.convoy.reason) == (True, why)
    assert town.escalations() == [("medium", f"{made.id} is at its end: {why}")]
    assert mail(town, "mayor") == mail(town, "overseer")
    assert [each for each, _ in mail(town, "mayor")] == [
        f"Convoy {made.id} is at its end: All of it"
    ]
    skipped = town.now(bad)
    assert (skipped.status, skipped.labels) == ("blocked", ("mountain:skipped",))
    assert [each.text.partition(":")[0] for each in skipped.comments] == [
        f"{made.id} goes on without it"
    ]

    beads.close(town.town, bad, TESS, outcome=Outcome.CANCELLED, reason="Descoped")
    town.settle()

    done = convoys.find(town.town, made.id)
    assert (done.status, done.stalled_at) == ("closed", "")
    assert [each for each, _ in mail(town, "overseer")] == [
        f"Convoy {made.id} is at its end: All of it",
        f"Convoy {made.id} has landed: All of it",
    ]
    calls = [*town.ledger().rows(kind="escalation"), *town.ledger(shop).rows(kind="escalation")]
    assert {row.status for row in calls} == {"closed"}


def test_what_is_paused_starts_nothing_and_what_was_not_launched_neither(town, shop):
    epic = town.bead(shop, "Some of it", type="epic")
    within = town.bead(shop, "A part", type="epic", parent=str(epic.id))
    one = part(town, shop, within, "one")
    two = part(town, shop, epic, "two", within.id)
    plain = convoys.create(town.town, "Plain", [one], TESS)
    _, made = mountain.climb(town.town, epic.id, TESS, force=True, validate=False)
    launching.pause(town.town, made, TESS)
    town.settle()
    assert (town.now(one).status, town.sessions()) == ("open", [])
    assert {each.view.convoy.id: (each.kind, each.help) for each in stranded(town.town)} == {
        made.id: ("ready", f"git gt mountain resume {made.id}"),
        plain.id: ("ready", f"git gt convoy launch {plain.id}"),
    }

    launching.cancel(town.town, made, TESS)
    assert not convoys.find(town.town, made.id).launched_at
    mountain.climb(town.town, epic.id, TESS, force=False, validate=False)
    town.settle()
    assert [town.now(each).status for each in (one, within.id, two)] == ["closed"] * 3
    assert town.now(epic).status == "open"
    assert [each.status for each in town.convoys()] == ["closed", "closed"]
    assert stranded(town.town) == []
