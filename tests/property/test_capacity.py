"""Capacity is never exceeded, nothing stays empty, and nobody waits for ever."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from gitgt.model.capacity import (
    FOR_ROOM,
    Cause,
    Limits,
    Live,
    Standing,
    Waiting,
    in_line,
    plan,
)
from gitgt.model.queue.queue_order import span
from gitgt.model.rate_limit import Limited, Source

NOW = 1_000_000.0
RIGS, RUNTIMES = ("shop", "farm", "mill"), ("opus", "codex")
limits_of = st.integers(-1, 4)


@st.composite
def work(draw: st.DrawFn) -> list[Waiting]:
    """Draw what waits, in any order."""
    made = [
        Waiting(
            bead=f"b{number}",
            rig=draw(st.sampled_from(RIGS)),
            runtime=draw(st.sampled_from(RUNTIMES)),
            priority=draw(st.integers(0, 4)),
            since=float(draw(st.integers(0, 200_000))),
            held=draw(st.sampled_from(["", "", "", "held"])),
            after=draw(st.sampled_from([(), (), ("x",)])),
            failures=draw(st.sampled_from([0, 0, 1])),
            failed_at=NOW - draw(st.sampled_from([10.0, 100.0])),
        )
        for number in range(draw(st.integers(0, 12)))
    ]
    return draw(st.permutations(made))


lives = st.lists(
    st.builds(Live, rig=st.sampled_from(RIGS), runtime=st.sampled_from(RUNTIMES)), max_size=8
)
limits = st.builds(
    Limits,
    town=limits_of,
    rigs=st.dictionaries(st.sampled_from(RIGS), limits_of),
    runtimes=st.dictionaries(st.sampled_from(RUNTIMES), limits_of),
    batch=st.integers(0, 9),
    delay=st.sampled_from([0.0, 0.0, 5.0]),
)
limited = st.builds(
    Limited,
    runtime=st.just("opus"),
    source=st.sampled_from(Source),
    said=st.just("no more"),
    at=st.sampled_from([NOW - 9999, NOW - 10]),
    until=st.sampled_from([0.0, NOW - 1, NOW + 1]),
    trying=st.sampled_from(["", "b99"]),
)
standings = st.builds(
    Standing,
    paused=st.sampled_from(["", "", "", "paused"]),
    stopped=st.dictionaries(st.sampled_from(RIGS), st.just("parked"), max_size=1),
    limited=st.one_of(st.just({}), limited.map(lambda each: {"opus": each})),
    last_start=st.sampled_from([None, NOW - 1, NOW - 100]),
)


def _over(limit: int, taken: int, fresh: int) -> bool:
    return limit > 0 and fresh > 0 and taken + fresh > limit


@given(work(), lives, limits, standings)
def test_no_limit_is_ever_exceeded_and_nobody_is_lost(waiting, live, limits, standing):
    made = plan(waiting, live, limits, standing, now=NOW)
    assert sorted(each.bead for each in (*made.start, *made.waits)) == sorted(
        each.bead for each in waiting
    )
    assert not _over(limits.town, len(live), len(made.start))
    for kind, of_kind in (("rig", limits.rigs), ("runtime", limits.runtimes)):
        taken = Counter(getattr(each, kind) for each in live)
        fresh = Counter(getattr(each, kind) for each in made.start)
        assert not any(_over(of_kind.get(each, 0), taken[each], fresh[each]) for each in fresh)
    assert len(made.start) <= max(1, limits.batch)
    assert limits.delay == 0 or len(made.start) <= 1
    assert not any(each.held or each.after for each in made.start)
    assert not (standing.paused and made.start)


@given(work(), lives, limits, standings, st.randoms(use_true_random=False))
def test_the_same_facts_in_any_order_give_the_same_plan(waiting, live, limits, standing, lots):
    first = plan(waiting, live, limits, standing, now=NOW)
    lots.shuffle(waiting)
    assert plan(waiting, live, limits, standing, now=NOW) == first


@given(work(), lives, limits, standings)
def test_who_stands_before_another_goes_first_unless_something_of_its_own_is_in_the_way(
    waiting, live, limits, standing
):
    made = plan(waiting, live, limits, standing, now=NOW)
    line = [each.bead for each in in_line(waiting)]
    last = max((line.index(each.bead) for each in made.start), default=-1)
    kinds = {each.bead: (each.rig, each.runtime) for each in waiting}
    begun = {kinds[each.bead] for each in made.start}
    for wait in made.waits:
        if line.index(wait.bead) < last:
            assert wait.cause not in (Cause.TOWN_FULL, Cause.BATCH, Cause.DELAY)
            later = {
                kinds[each.bead]
                for each in made.start
                if line.index(each.bead) > line.index(wait.bead)
            }
            if wait.cause in FOR_ROOM:  # then nobody took the place that it lacks
                assert kinds[wait.bead] not in later
    assert len(begun) <= len(made.start)


@given(work(), lives, limits, standings)
def test_no_place_stays_empty_while_there_is_work_for_it(waiting, live, limits, standing):
    made = plan(waiting, live, limits, standing, now=NOW)
    for wait in made.waits:
        if wait.cause is Cause.TOWN_FULL:
            assert len(live) + len(made.start) >= limits.town
        if wait.cause is Cause.BATCH:
            assert len(made.start) == max(1, limits.batch)
    assert made.again_at is None or made.again_at >= NOW


@settings(max_examples=12)
@given(st.integers(0, 4), st.integers(1, 3), st.lists(st.integers(0, 4), min_size=1))
def test_whoever_comes_later_than_the_span_waits_behind(priority, places, arrivals):
    """One place is free each hour, and something more urgent comes each hour, for ever."""
    patient = Waiting(bead="patient", rig="shop", priority=priority, since=0.0)
    waiting, hour = [patient], 3600.0
    for number in range(int(span() / hour) + len(waiting) + 40):
        now = number * hour
        urgent = arrivals[number % len(arrivals)]
        waiting += [
            Waiting(bead=f"n{number}.{each}", rig="shop", priority=urgent, since=now)
            for each in range(places)
        ]
        made = plan(waiting, [], Limits(town=places, batch=places), now=now)
        gone = {each.bead for each in made.start}
        waiting = [each for each in waiting if each.bead not in gone]
        if "patient" in gone:
            assert now <= span() + hour
            return
    raise AssertionError("it waits for ever")
