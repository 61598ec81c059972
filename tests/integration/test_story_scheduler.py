"""Work that waits for a place: taken in, given out in order, and never too much of it."""

from __future__ import annotations

import pytest

from gitgt.errors import RefusedError, SettingsError
from gitgt.model.documents import DependencyType, SlingContext
from gitgt.services import beads, sling
from gitgt.services.convoy import convoys, launching
from gitgt.services.scheduler import contexts, dispatching, places, rules
from gitgt.services.scheduler.scheduling import Scheduled
from gitgt.services.sling import Order
from tests.support.town import TESS

BLOCKS = DependencyType.BLOCKS
OBSIDIAN = "shop/polecats/obsidian"


def allow(town, number, **more):
    """Let so many polecats work at once."""
    rules._change(town.town, {"max_polecats": number, **more}, "so many places", TESS)


def context(town, rig, bead):
    """Return the context of a bead."""
    found = contexts.of(town.ledger(rig), rig, bead.id)
    assert isinstance(found, SlingContext)
    return found


def waits(town):
    """Return why each waits, by bead."""
    return {each.bead: str(each.cause) for each in dispatching.look(town.town).plan.waits}


def test_what_is_slung_waits_untouched_and_goes_on_a_hook_in_one_commit(town):
    shop = town.rig()
    allow(town, 1)
    bead = town.bead(shop, "Sell cherries", "echo 'cherry 9' >>prices.txt", "closes Cherries")
    before = town.ledger(shop).commit

    town.sling(bead, convoy=True, said="mind the cents")

    assert town.now(bead) == bead
    assert context(town, shop, bead).status == "open"
    (travels,) = town.convoys()
    assert travels.members == (bead.id,)
    town.settle()
    head = town.request(bead).head
    assert town.story(shop, since=before) == [
        f"Tess Ter: schedule {bead.id}",
        f"scheduler: sling {bead.id} to {OBSIDIAN}",
        f"{OBSIDIAN}: begin {bead.id}",
        f"{OBSIDIAN}: submit {bead.id} at {head[:12]}",
        f"refinery: land {bead.id}",
    ]
    done = context(town, shop, bead)
    assert (done.status, done.reason) == ("dispatched", f"on the hook of {OBSIDIAN}")
    landed = town.now(bead)
    assert (landed.status, landed.notes) == ("closed", "Tess Ter: mind the cents")
    assert landed.convoy == travels.id
    assert town.convoys()[0].status == "closed"


def test_one_place_is_taken_by_one_after_the_other_the_urgent_first(town):
    shop = town.rig()
    allow(town, 1)
    made = [
        town.bead(shop, f"Bead {number}", f"echo {number} >{number}.txt", f"closes {number}",
                  priority=priority)
        for number, priority in enumerate((3, 2, 0))
    ]  # fmt: skip
    town.sling(*made)
    town.settle()
    assert [bead for bead, _, _ in town.sessions()] == [each.id for each in made[::-1]]
    assert len({each.assignee for each in map(town.now, made)}) == 1


def test_what_waits_is_asked_for_once_and_a_bead_that_waits_for_others_waits_for_them(town):
    shop = town.rig()
    allow(town, 2)
    first = town.bead(shop, "First")
    then = town.bead(shop, "Then")
    beads.depend(town.town, then.id, first.id, TESS, kind=BLOCKS)
    town.sling(first, then)
    (again,) = sling.sling(town.town, [then.id], Order(), TESS)
    assert isinstance(again, Scheduled)
    assert not again.fresh
    assert waits(town) == {then.id: "blocked"}
    forced = town.bead(shop, "Forced")
    beads.depend(town.town, forced.id, first.id, TESS, kind=BLOCKS)
    town.sling(forced, force=True)
    assert [each.bead for each in dispatching.look(town.town, batch=9).plan.start] == [
        first.id, forced.id
    ]  # fmt: skip


def test_what_can_never_be_slung_is_refused_at_once(town):
    shop = town.rig()
    allow(town, 1)
    closed = town.bead(shop, "Closed")
    beads.close(town.town, closed.id, TESS, outcome="cancelled", reason="no")
    fine = town.bead(shop, "Fine")
    refused, waiting = sling.sling(town.town, [closed.id, fine.id], Order(), TESS)
    assert isinstance(refused, RefusedError)
    assert refused.message == f"{closed.id}: cannot sling a bead that is closed"
    assert isinstance(waiting, Scheduled)
    town.rig("farm")
    with pytest.raises(RefusedError, match=f"{fine.id} belongs to shop, not to farm"):
        sling.sling(town.town, [fine.id], Order(to="farm"), TESS)


def test_whoever_is_named_gets_it_on_the_hook_and_begins_when_there_is_a_place(town):
    shop = town.rig()
    allow(town, 1)
    mine, other = town.bead(shop, "Mine"), town.bead(shop, "Other")
    town.sling(mine, to="shop/toast")
    town.sling(other, to="shop/nux")
    assert {each.bead for each in places.taken(town.town)} == {mine.id, other.id}
    waiting = town.bead(shop, "Waiting")
    town.sling(waiting)
    assert waits(town) == {waiting.id: "town-full"}


def test_paused_nothing_is_given_out_and_what_is_running_goes_on(town):
    shop = town.rig()
    allow(town, 1)
    bead = town.bead(shop, "Sell figs")
    town.sling(bead)
    assert rules.pause(town.town, "the office is closed", TESS)
    town.settle()
    assert town.now(bead).status == "open"
    assert waits(town) == {bead.id: "paused"}
    assert rules.paused_by(town.town)[0] == "Tess Ter"
    assert rules.resume(town.town, TESS)
    assert not rules.resume(town.town, TESS)
    assert [each.bead for each in dispatching.look(town.town).plan.start] == [bead.id]


def test_settings_that_nobody_can_read_let_nobody_pass(town):
    shop = town.rig()
    bead = town.bead(shop, "Sell figs")
    (town.town.root / "settings" / "config.yaml").write_text("scheduler:\n  max_polecats: no\n")
    with pytest.raises(SettingsError):
        town.sling(bead)
    assert town.now(bead).status == "open"


def test_after_three_failures_it_leaves_the_line_and_a_person_is_told(town):
    shop = town.rig()
    allow(town, 1)
    town.runtime("gone", "/nowhere/agent")
    bead = town.bead(shop, "Sell figs", agent="gone")
    (waiting,) = sling.sling(town.town, [bead.id], Order(convoy=False), TESS)
    assert isinstance(waiting, Scheduled)
    seen = []
    for _ in range(5):
        town.turn()
        found = context(town, shop, bead)
        seen.append((found.status, found.failures, town.now(bead).status))
        town.clock.advance(500)
    assert seen == [
        ("open", 1, "open"), ("open", 2, "open"), ("circuit-broken", 3, "open"),
        ("circuit-broken", 3, "open"), ("circuit-broken", 3, "open"),
    ]  # fmt: skip
    why = context(town, shop, bead).reason
    assert town.escalations(shop) == [
        ("high", f"{bead.id} could not be given out 3 times: {why}")
    ]
    (again,) = sling.sling(town.town, [bead.id], Order(convoy=False), TESS)
    assert isinstance(again, Scheduled)
    assert (again.context.status, again.context.failures) == ("open", 0)


def test_a_convoy_that_starts_work_stands_in_the_same_line(town):
    shop = town.rig()
    allow(town, 1)
    first = town.bead(shop, "First", "echo 1 >first", "closes First")
    urgent = town.bead(shop, "Urgent", "echo 1 >urgent", "closes Urgent", priority=0)
    then = town.bead(shop, "Then", "echo 1 >then", "closes Then")
    beads.depend(town.town, then.id, first.id, TESS, kind=BLOCKS)
    made = convoys.create(town.town, "Three", [first.id, urgent.id, then.id], TESS)
    launching.launch(town.town, made.id, TESS)
    town.settle()
    assert [bead for bead, _, _ in town.sessions()] == [urgent.id, first.id, then.id]
    assert [each.status for each in town.convoys()] == ["closed"]


def test_of_a_batch_so_many_work_at_once_and_others_do_not_wait_for_them(town):
    shop = town.rig()
    made = [
        town.bead(shop, f"Bead {each}", f"echo {each} >{each}", f"closes {each}")
        for each in range(3)
    ]
    town.sling(*made, convoy=True, at_once=2)
    town.sling(other := town.bead(shop, "Other", "echo o >o", "closes Other"))
    assert town.now(other).status == "hooked"
    line = dispatching.look(town.town, batch=9).plan
    assert [each.bead for each in line.start] == [each.id for each in made[:2]]
    assert [str(each.cause) for each in line.waits] == ["convoy-full"]
    town.settle()
    assert [town.now(each).status for each in made] == ["closed"] * 3
