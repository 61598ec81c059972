"""A person steers the queue: holds, refuses, asks again, lets one wait for another."""

from __future__ import annotations

import pytest

from gitgt.errors import NotAllowedError, NotFoundError, RefusedError
from gitgt.model.actor import Actor
from gitgt.model.documents import Outcome
from gitgt.services import beads, ending
from gitgt.services.convoy import convoys
from gitgt.services.escalation import escalations
from gitgt.services.gates.gate_runs import GateRuns
from gitgt.services.queue import (
    depending,
    queue_view,
    queue_why,
    refinery_state,
    steering,
    tuning,
)
from gitgt.services.queue.steering import Refusal
from gitgt.services.queue.tuning import Brake
from tests.support.shop import Shop, file
from tests.support.sitting import running
from tests.support.town import TESS

BAD = "FIXME\n"


@pytest.fixture
def shop(town):
    return Shop(town, town.rig())


def request(shop, bead):
    return shop.town.request(shop.town.now(bead))


def asked(shop, bead):
    return request(shop, bead).id


def queue(shop):
    return [
        (each.place, each.request.source, str(each.request.status))
        for each in queue_view.of(shop.town.town, shop.rig)
    ]


# --- the order


def test_a_priority_is_worth_four_hours_of_waiting(town, shop):
    town.gate(shop.rig, "sh -c 'exit 127'")
    old = shop.ask("old", file("a"), priority=4)
    town.clock.advance(15 * 3600)
    urgent = shop.ask("urgent", file("b"), priority=0)
    town.clock.advance(2 * 3600)
    late = shop.ask("late", file("c"), priority=0)
    assert [bead for _, bead, _ in queue(shop)] == [urgent, old, late]


def test_what_an_old_convoy_waits_for_comes_first(town, shop):
    bead = town.bead(shop.rig, "Later")
    convoys.create(town.town, "Old", [bead.id], TESS)
    town.clock.advance(30 * 3600)
    first = shop.ask("first", file("a"), priority=2)
    second = shop.ask("second", file("b"), priority=3)
    assert [bead for _, bead, _ in queue(shop)] == [first, second]
    convoys.add(town.town, str(town.convoys()[0].id), [second], TESS)
    assert [bead for _, bead, _ in queue(shop)] == [second, first]


def test_who_came_back_stands_two_hours_further_behind_for_each_time(town, shop):
    back = shop.ask("back", file("a", BAD))
    town.settle()
    assert (request(shop, back).status, request(shop, back).returns) == ("rejected", 1)
    town.clock.advance(3600)
    other = shop.ask("other", file("b"))
    town.clock.advance(3600 + 120)
    late = shop.ask("late", file("c"))
    shop.again(back, "back", file("a"))
    assert [bead for _, bead, _ in queue(shop)] == [other, back, late]
    town.settle()
    assert shop.landed == ["other", "back", "late"]


def test_who_jumped_last_is_the_first(town, shop):
    names = [shop.ask(title, file(title), priority=1) for title in "abc"]
    for name in names[1:]:
        steering.jump(town.town, asked(shop, name), TESS)
    assert [bead for _, bead, _ in queue(shop)] == [names[2], names[1], names[0]]
    with pytest.raises(NotAllowedError):
        steering.jump(town.town, asked(shop, names[0]), Actor.agent("shop/polecats/nux"))
    town.settle()
    assert shop.landed == ["c", "b", "a"]


# --- held


def test_who_is_held_keeps_the_place_and_who_lands_after_it_waits_too(town, shop):
    names = [shop.ask(title, file(title)) for title in "abc"]
    held, after, free = (asked(shop, name) for name in names)
    steering.hold(town.town, held, "look at it first", TESS)
    depending.depend(town.town, after, [held], TESS)
    town.settle()
    assert shop.landed == ["c"]
    assert queue(shop) == [(0, names[0], "queued"), (0, names[1], "queued")]
    told = queue_why.ask(town.town, held).why
    assert told is not None
    assert (told.place, told.held) == (0, "look at it first")
    told = queue_why.ask(town.town, after).why
    assert told is not None
    assert (told.after, told.behind_held) == ((held,), (held,))
    steering.unhold(town.town, held, TESS)
    town.settle()
    assert shop.landed == ["c", "a", "b"]
    assert free


def test_who_is_held_while_it_is_tested_does_not_land(town, shop):
    first, second = shop.ask("a", file("a")), shop.ask("b", file("b"))
    town.turn()
    steering.hold(town.town, asked(shop, first), "wait", TESS)
    town.settle()
    assert shop.landed == ["b"]
    assert shop.status(first, second) == ["queued", "landed"]


def test_only_a_person_holds_and_says_why(town, shop):
    name = asked(shop, shop.ask("a", file("a")))
    with pytest.raises(NotAllowedError):
        steering.hold(town.town, name, "mine first", Actor.agent("shop/polecats/nux"))
    with pytest.raises(RefusedError) as refusal:
        steering.hold(town.town, name, "  ", TESS)
    assert refusal.value.message == "a hold needs a reason"


# --- after another one


def test_one_lands_after_another_whatever_their_priority(town, shop):
    first = shop.ask("urgent", file("a"), priority=0)
    second = shop.ask("slow", file("b"), priority=4)
    depending.depend(town.town, asked(shop, first), [asked(shop, second)], TESS)
    town.settle()
    assert shop.landed == ["slow", "urgent"]


def test_one_waits_for_a_request_of_another_rig(town, shop):
    depot = Shop(town, town.rig("depot"))
    needed = depot.ask("b", file("b", BAD))
    first = shop.ask("a", file("a"))
    depending.depend(town.town, asked(shop, first), [asked(depot, needed)], TESS)
    town.settle()
    why = f"waits for {asked(depot, needed)}, which is rejected: the gate check is red"
    assert (shop.status(first), request(shop, first).reason) == (["blocked"], why)
    depot.again(needed, "b", file("b"))
    town.settle()
    assert (depot.landed, shop.landed) == (["b"], ["a"])


def test_who_waits_for_one_that_went_back_is_blocked_until_that_comes_again(town, shop):
    first, second = shop.ask("a", file("a", BAD)), shop.ask("b", file("b"))
    depending.depend(town.town, asked(shop, second), [asked(shop, first)], TESS)
    town.settle()
    assert shop.status(first, second) == ["rejected", "blocked"]
    why = f"waits for {asked(shop, first)}, which is rejected: the gate check is red"
    assert request(shop, second).reason == why
    assert town.escalations(shop.rig) == []
    shop.again(first, "a", file("a"))
    town.settle()
    assert shop.status(first, second) == ["landed", "landed"]
    assert shop.landed == ["a", "b"]


def test_who_waits_for_one_that_will_never_land_is_told_to_a_person_once(town, shop):
    first, second = shop.ask("a", file("a")), shop.ask("b", file("b"))
    gone, waits = asked(shop, first), asked(shop, second)
    steering.hold(town.town, gone, "wait", TESS)
    depending.depend(town.town, waits, [gone], TESS)
    ending.close(
        town.town, [first], TESS, outcome=Outcome.CANCELLED, reason="not wanted any more"
    )
    town.settle()
    why = f"waits for {gone}, which is withdrawn: {first} is closed"
    assert (request(shop, second).status, request(shop, second).reason) == ("blocked", why)
    assert town.escalations(shop.rig) == [("medium", f"{waits} {why}")]
    town.settle()
    assert len(escalations.every(town.town, closed=True)) == 1
    with pytest.raises(RefusedError) as refusal:
        depending.depend(town.town, waits, [gone], TESS)
    assert refusal.value.message == f"{gone} is withdrawn, and will not land"
    depending.undepend(town.town, waits, [gone], TESS)
    town.settle()
    assert shop.status(second) == ["landed"]
    assert [each.status for each in escalations.every(town.town, closed=True)] == ["closed"]


def test_nobody_waits_for_itself_by_whatever_way(town, shop):
    first, second = shop.ask("a", file("a")), shop.ask("b", file("b"))
    a, b = asked(shop, first), asked(shop, second)
    depending.depend(town.town, a, [b], TESS)
    for start, after in ((b, a), (a, a)):
        with pytest.raises(RefusedError) as refusal:
            depending.depend(town.town, start, [after], TESS)
        assert refusal.value.message.startswith("each would wait for the other: ")
    depending.undepend(town.town, a, [b], TESS)
    with pytest.raises(NotFoundError) as missing:
        depending.undepend(town.town, a, [b], TESS)
    assert missing.value.message == f"{a} does not wait for {b}"
    town.settle()
    assert shop.landed == ["a", "b"]


def test_a_circle_through_beads_is_one_too(town, shop):
    first = shop.ask("a", file("a"))
    second = shop.ask("b", file("b"))
    beads.change(town.town, second, TESS, "depend", {"dependencies": depending.edges([first])})
    with pytest.raises(RefusedError) as refusal:
        depending.depend(town.town, asked(shop, first), [asked(shop, second)], TESS)
    assert refusal.value.message == (
        f"each would wait for the other: {first} after {second} after {first}"
    )


# --- back, and again


def test_what_a_person_rejects_is_on_its_authors_hook_with_the_reason(town, shop):
    bead = shop.ask("a", file("a"))
    name = asked(shop, bead)
    head = request(shop, bead).head
    steering.reject(town.town, name, Refusal("not what was asked", notify=True), TESS)
    back = town.now(bead)
    assert (back.status, back.assignee, back.reason) == (
        "hooked", "shop/crew/tess", "not what was asked"
    )  # fmt: skip
    assert [each.text for each in back.comments] == [f"{name} was rejected: not what was asked"]
    assert town.repo(shop.rig).git("rev-parse", request(shop, bead).branch) == head
    with pytest.raises(RefusedError) as refusal:
        steering.reject(town.town, name, Refusal("again"), TESS)
    assert refusal.value.message == f"{name} is rejected"
    shop.again(bead, "a", file("a", "better\n"))
    town.settle()
    assert shop.status(bead) == ["landed"]


def test_after_a_mended_machine_the_same_head_is_tested_again_and_lands(town, shop):
    flag = town.folder / "mended"
    town.gate(shop.rig, f"sh -c '! [ -e a.txt ] || [ -e {flag} ]'")
    bead = shop.ask("a", file("a"))
    town.settle()
    assert shop.status(bead) == ["rejected"]
    name = asked(shop, bead)
    flag.touch()
    steering.retry(town.town, name, TESS)
    assert (town.now(bead).status, shop.status(bead)) == ("in_progress", ["queued"])
    town.settle()
    assert shop.status(bead) == ["landed"]
    assert request(shop, bead).revision == 1
    [runs] = [said for said in shop.runs.values() if "fail" in said]
    assert runs == ["fail", "fail", "pass"]


def test_who_is_still_red_goes_back_after_one_more_run(town, shop):
    bead = shop.ask("a", file("a", BAD))
    town.settle()
    steering.retry(town.town, asked(shop, bead), TESS, first=True)
    town.settle()
    assert (request(shop, bead).status, request(shop, bead).returns) == ("rejected", 2)
    [runs] = [said for said in shop.runs.values() if "fail" in said]
    assert runs == ["fail", "fail", "fail"]
    with pytest.raises(NotAllowedError):
        steering.retry(town.town, asked(shop, bead), Actor.agent("shop/polecats/nux"))


def test_only_what_came_back_is_asked_for_again(town, shop):
    name = asked(shop, shop.ask("a", file("a")))
    with pytest.raises(RefusedError) as refusal:
        steering.retry(town.town, name, TESS)
    assert refusal.value.message == (
        f"{name} is queued: only what came back is asked for again"
    )


# --- the brakes


def test_frozen_all_is_tested_and_sent_back_and_at_the_thaw_it_lands_at_once(town, shop):
    tuning.put_on(town.town, shop.rig, Brake.FROZEN, "release week", TESS)
    names = [shop.ask(title, file(title)) for title in "abc"]
    town.settle()
    red = shop.ask("red", file("d", BAD))
    town.settle()
    assert shop.landed == []
    assert shop.status(*names) == ["queued"] * 3
    runs = len(shop.runs)
    assert {"pass"} <= {said for each in shop.runs.values() for said in each}
    assert town.escalations(shop.rig) == [
        ("medium", "the queue of shop stands still: release week")
    ]
    tuning.take_off(town.town, shop.rig, Brake.FROZEN, TESS)
    town.settle()
    assert shop.landed == list("abc")
    assert shop.status(red) == ["rejected"]
    assert len(shop.runs) == runs


def test_paused_what_runs_is_counted_and_nothing_else_moves(town, shop):
    first = shop.ask("a", file("a"))
    town.turn()
    tuning.put_on(town.town, shop.rig, Brake.PAUSED, "the machine is hot", TESS)
    second = shop.ask("b", file("b"))
    town.settle()
    assert shop.status(first, second) == ["queued", "queued"]
    assert list(shop.runs.values()) == [["pass"]]
    tuning.take_off(town.town, shop.rig, Brake.PAUSED, TESS)
    town.settle()
    assert shop.landed == ["a", "b"]


def test_stopped_nobody_looks_at_it_and_nobody_is_called(town, shop):
    first = shop.ask("a", file("a"))
    town.turn()
    tuning.put_on(town.town, shop.rig, Brake.STOPPED, "until monday", TESS)
    town.settle()
    assert (shop.status(first), running(town.town)) == (["queued"], [])
    assert list(shop.runs.values()) == [["pass"]]
    assert town.escalations(shop.rig) == []
    seen = refinery_state.of(town.town, shop.rig)
    assert (seen.brake, seen.why, seen.by) == (Brake.STOPPED, "until monday", TESS.address)
    assert seen.since
    tuning.take_off(town.town, shop.rig, Brake.STOPPED, TESS)
    town.settle()
    assert shop.landed == ["a"]


def test_what_is_stopped_at_once_leaves_no_verdict(town, shop):
    town.gate(shop.rig, "sleep 600")
    shop.ask("a", file("a"))
    town.turn()
    tuning.put_on(town.town, shop.rig, Brake.STOPPED, "now", TESS)
    assert refinery_state.cancel(town.town, shop.rig) == 1
    town.settle()
    assert GateRuns(town.town, shop.rig).live() == []
    assert GateRuns(town.town, shop.rig).verdicts.latest() == 0


def test_a_restart_tries_at_once_what_could_not_run(town, shop):
    flag = town.folder / "installed"
    town.gate(shop.rig, f"sh -c '[ -e {flag} ] || exit 127'")
    name = shop.ask("a", file("a"))
    town.settle()
    assert shop.status(name) == ["queued"]
    flag.touch()
    refinery_state.restart(town.town, shop.rig, TESS, reason="the compiler is there")
    town.settle()
    assert shop.status(name) == ["landed"]


# --- why


def test_why_one_waits_is_told_from_what_the_planner_knows(town, shop):
    first, second = shop.ask("a", {"list.txt": "1\n"}), shop.ask("b", {"list.txt": "2\n"})
    town.turn()
    told = queue_why.ask(town.town, asked(shop, second))
    assert told.why is not None
    assert (told.why.place, told.why.count, told.why.ahead) == (2, 2, (asked(shop, first),))
    assert (told.why.clashes_with, told.why.paths) == (asked(shop, first), ("list.txt",))
    [run] = queue_why.ask(town.town, asked(shop, first)).testing
    assert (run.gate, run.requests) == ("check", (asked(shop, first),))
    town.settle()
    told = queue_why.ask(town.town, asked(shop, second))
    assert (told.why, told.request.status) == (None, "conflict")
