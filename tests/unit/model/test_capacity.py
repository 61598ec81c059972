"""Who is started, and why the others wait."""

from __future__ import annotations

import math

from gitgt.model.capacity import (
    ALL_RIGS,
    Cause,
    Limits,
    Live,
    Plan,
    Standing,
    Wait,
    Waiting,
    plan,
)
from gitgt.model.rate_limit import PROVEN, Limited, Source, met, pause_after

NOW = 1000.0
HOUR = 3600.0


def one(bead, since=0.0, rig="shop", **more):
    return Waiting(bead=bead, rig=rig, since=since, **more)


def going(number, rig="shop", runtime=""):
    return [Live(rig=rig, runtime=runtime, bead=f"live-{each}") for each in range(number)]


def started(waiting, live=(), limits=None, standing=None, now=NOW):
    made = plan(waiting, live, limits or Limits(batch=100), standing or Standing(), now=now)
    return [each.bead for each in made.start]


def causes(waiting, live=(), limits=None, standing=None, now=NOW):
    made = plan(waiting, live, limits or Limits(batch=100), standing or Standing(), now=now)
    return {each.bead: each.cause for each in made.waits}


def test_without_limits_all_go_the_more_urgent_first_then_the_older():
    waiting = [one("c", 3), one("b", 2), one("a", 2), one("z", 9, priority=0)]
    assert started(waiting) == ["z", "a", "b", "c"]


def test_who_waits_long_enough_goes_before_the_more_urgent():
    late = one("late", 9 * HOUR, priority=0)
    assert started([late, one("old", 0.0, priority=2)]) == ["old", "late"]


def test_the_town_has_so_many_places_and_each_says_why_it_waits():
    made = plan(
        [one("a"), one("b", 1), one("c", 2)], going(1), Limits(town=2, batch=9), now=NOW
    )
    said = "2 of 2 places of the town are taken"
    assert made == Plan(
        (one("a"),),
        (Wait("b", Cause.TOWN_FULL, said), Wait("c", Cause.TOWN_FULL, said)),
    )


def test_a_full_rig_or_runtime_lets_others_pass():
    limits = Limits(town=9, rigs={"shop": 1}, runtimes={"opus": 1}, batch=9)
    waiting = [
        one("a"), one("b", 1, rig="farm", runtime="opus"), one("c", 2, rig="farm"),
        one("d", 3, rig="farm", runtime="opus"),
    ]  # fmt: skip
    assert started(waiting, going(1), limits) == ["b", "c"]
    assert causes(waiting, going(1), limits) == {"a": Cause.RIG_FULL, "d": Cause.RUNTIME_FULL}


def test_so_many_of_a_convoy_go_at_once_and_others_pass():
    waiting = [one(each, place, convoy="cv", at_once=2) for place, each in enumerate("abc")]
    live = [Live(rig="farm", convoy="cv")]
    assert started([*waiting, one("d", 9)], live) == ["a", "d"]
    assert causes(waiting, live) == {"b": Cause.CONVOY_FULL, "c": Cause.CONVOY_FULL}


def test_what_is_in_the_way_of_a_bead_itself_is_told_whatever_room_there_is():
    waiting = [
        one("held", held="it is deferred"), one("after", after=("x", "y")),
        one("hook", hook="sh-1"), one("broke", broke="the day's budget is reached"),
        one("failed", failures=2, failed_at=NOW - 1),
    ]  # fmt: skip
    made = plan(waiting, [], Limits(), now=NOW)
    assert {each.bead: (each.cause, each.said) for each in made.waits} == {
        "held": (Cause.HELD, "it is deferred"),
        "after": (Cause.BLOCKED, "waits for x, y"),
        "hook": (Cause.HOOK, "sh-1 hangs there"),
        "broke": (Cause.BUDGET, "the day's budget is reached"),
        "failed": (Cause.FAILED, "failed 2 of 3 times"),
    }
    assert made.again_at == NOW + 119
    assert started([one("failed", failures=2, failed_at=NOW - 120)]) == ["failed"]


def test_nobody_starts_while_paused_or_where_it_is_frozen_parked_or_docked():
    waiting = [one("a"), one("b", 1, rig="farm")]
    assert causes(waiting, standing=Standing(paused="by Tess")) == {
        "a": Cause.PAUSED, "b": Cause.PAUSED
    }  # fmt: skip
    assert causes(waiting, standing=Standing(stopped={"farm": "parked"})) == {
        "b": Cause.STOPPED
    }
    frozen = Standing(stopped={ALL_RIGS: "frozen"})
    assert causes(waiting, standing=frozen) == {"a": Cause.STOPPED, "b": Cause.STOPPED}


def test_so_many_go_at_a_look_and_so_far_apart():
    waiting = [one("a"), one("b", 1), one("c", 2)]
    made = plan(waiting, [], Limits(batch=2), now=NOW)
    assert [each.bead for each in made.start] == ["a", "b"]
    assert made.waits == (Wait("c", Cause.BATCH, "2 are started at one look", NOW),)
    slowly = plan(waiting, [], Limits(batch=2, delay=5.0), now=NOW)
    assert [each.bead for each in slowly.start] == ["a"]
    assert slowly.again_at == NOW + 5
    just = Standing(last_start=NOW - 2)
    assert causes(waiting, limits=Limits(delay=5.0), standing=just) == dict.fromkeys(
        "abc", Cause.DELAY
    )
    set_back = Standing(last_start=NOW + 999)
    assert started(waiting, limits=Limits(delay=5.0), standing=set_back) == ["a"]


def limit(**more):
    fields = {"runtime": "opus", "source": Source.SCREEN, "said": "no more", "at": NOW}
    return Limited(**{**fields, **more})


def test_a_runtime_at_its_limit_waits_until_the_time_that_was_said_and_others_go_on():
    waiting = [one("a", runtime="opus"), one("b", 1, runtime="codex")]
    standing = Standing(limited={"opus": limit(until=NOW + 60)})
    made = plan(waiting, [], Limits(batch=9), standing, now=NOW)
    assert [each.bead for each in made.start] == ["b"]
    said = "opus is at its limit: no more (screen)"
    assert made.waits == (Wait("a", Cause.RATE_LIMIT, said, NOW + 60),)
    assert started(waiting, standing=standing, now=NOW + 60) == ["a", "b"]


def test_where_nobody_said_a_time_one_tries_after_a_while():
    waiting = [one("a", runtime="opus"), one("b", 1, runtime="opus")]
    standing = Standing(limited={"opus": limit()})
    assert started(waiting, standing=standing) == []
    later = NOW + pause_after(1)
    made = plan(waiting, [], Limits(batch=9), standing, now=later)
    assert [each.bead for each in made.start] == ["a"]
    assert made.tries == {"a"}
    assert made.waits[0].said.endswith("; a tries it")
    tried = Standing(limited={"opus": limit(trying="a")})
    assert causes(waiting[1:], standing=tried, now=later) == {"b": Cause.RATE_LIMIT}


def test_who_says_no_time_is_waited_for_if_it_was_a_person():
    standing = Standing(limited={"opus": limit(source=Source.PERSON, said="")})
    made = plan([one("a", runtime="opus")], [], Limits(), standing, now=NOW + 1e6)
    said = "opus is at its limit: said by the person"
    assert made.waits == (Wait("a", Cause.RATE_LIMIT, said, None),)
    assert made.again_at is None


def test_each_try_that_meets_the_limit_again_waits_longer():
    first = limit()
    other = limit(at=NOW + 1)  # it was under way already
    assert met(None, first) == first
    assert met(first, other) == first
    tried = met(limit(trying="a"), limit(at=NOW + 400))
    assert (tried.tries, tried.at, tried.again_at) == (2, NOW + 400, NOW + 400 + 600)
    said = met(first, limit(at=NOW + 1, until=NOW + 99, said="until then"))
    assert (said.until, said.tries, said.at) == (NOW + 99, 1, NOW)
    assert met(limit(until=NOW), limit(at=NOW + 1)) == limit(at=NOW + 1)
    assert [pause_after(each) for each in (1, 2, 3, 4, 5, 999)] == [
        300, 600, 1200, 2400, 3600, 3600
    ]  # fmt: skip
    assert pause_after(1) > PROVEN
    assert math.isinf(limit(source=Source.PERSON).again_at)
