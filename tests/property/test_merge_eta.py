"""When what waits will have landed: an estimate that never contradicts itself."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitgt.model.gate_times import Times, left, quantile
from gitgt.model.queue.merge_eta import Begun, Eta, Pace, Work, etas

SECONDS = st.floats(0.0, 5000.0)
CHANCES = st.lists(st.floats(0.001, 0.95), max_size=40)


@st.composite
def works(draw: st.DrawFn) -> Work:
    """Draw a way to work a line."""
    names = "abc"[: draw(st.integers(1, 3))]
    paces = tuple(
        Pace(
            name, tuple(sorted(draw(st.lists(SECONDS, min_size=3, max_size=9)))),
            draw(st.integers(1, 3)), alone=draw(st.booleans()),
        )
        for name in names
    )  # fmt: skip
    begun = draw(
        st.lists(st.builds(Begun, st.sampled_from(names), SECONDS, st.integers(0, 40)))
    )
    return Work(
        paces=paces, begun=tuple(begun), slots=draw(st.integers(1, 9)),
        limit=draw(st.integers(1, 64)), noise=draw(st.floats(0.0, 0.3)),
    )  # fmt: skip


@given(CHANCES, works())
def test_nobody_lands_in_the_past_or_before_who_stands_ahead(chances, work):
    found = etas(chances, work)
    assert len(found) == len(chances)
    for each in found:
        assert 0 <= each.half <= each.most
    for ahead, behind in itertools.pairwise(found):
        assert ahead.half <= behind.half
        assert ahead.most <= behind.most


@given(CHANCES, works(), st.integers(1, 8))
def test_with_more_slots_nobody_lands_later(chances, work, more):
    found = etas(chances, work)
    faster = etas(chances, replace(work, slots=work.slots + more))
    for one, other in zip(faster, found, strict=True):
        assert one.half <= other.half + 1e-6
        assert one.most <= other.most + 1e-6


@given(CHANCES, works())
def test_the_same_facts_give_the_same_answer(chances, work):
    assert etas(chances, work) == etas(chances, work)


@given(CHANCES, works())
def test_of_a_gate_of_which_little_is_known_nothing_is_said(chances, work):
    few = replace(work.paces[0], seconds=work.paces[0].seconds[:2])
    assert etas(chances, replace(work, paces=(few, *work.paces[1:]))) == ()
    assert etas(chances, replace(work, paces=())) == ()


@given(st.lists(SECONDS, min_size=1).map(sorted), SECONDS, st.floats(0.01, 1.0))
def test_what_runs_never_has_less_than_nothing_to_go(ordered, elapsed, share):
    assert left(ordered, elapsed, share) >= 0
    assert sum(each <= quantile(ordered, share) for each in ordered) >= share * len(ordered)


PASSES = st.dictionaries(st.integers(1, 200), SECONDS, max_size=20)


@given(PASSES)
def test_what_was_put_in_can_be_taken_out(passes):
    told = sorted(passes.items())
    one, other = Times(tuple(told[::2])), Times(tuple(told[1::2]))
    assert one.plus(other).minus(other) == one


TEN = tuple(float(each) for each in range(10, 110, 10))
TEST = Pace("test", TEN)


@pytest.mark.parametrize(
    ("work", "told"),
    [
        (Work(paces=(TEST,)), Eta(50, 90)),
        (Work(paces=(TEST,), begun=(Begun("test", 45, 1),)), Eta(25, 55)),
        (Work(paces=(TEST,), begun=(Begun("test", 200, 1),)), Eta(0, 0)),
        (Work(paces=(TEST, Pace("lint", TEN))), Eta(100, 180)),
        (Work(paces=(TEST, Pace("lint", TEN)), slots=2), Eta(50, 90)),
        (Work(paces=(TEST, Pace("lint", TEN, alone=True)), slots=2), Eta(100, 180)),
        (Work(paces=(TEST, Pace("e2e", TEN, 2)), slots=9), Eta(100, 180)),
        (Work(paces=(TEST, Pace("e2e", TEN, 2)), begun=(Begun("e2e", 45, 1),)), Eta(25, 55)),
    ],
)  # fmt: skip
def test_a_request_alone_takes_one_round_of_what_is_left(work, told):
    (found,) = etas([0.05], work)
    assert found == told


def test_who_will_probably_be_held_up_by_others_is_told_so():
    calm, doubtful = Work(paces=(TEST,)), [0.05] * 40
    first, *_, last = etas(doubtful, calm)
    assert (first.half, last.half) == (50, 700)
    assert last.most > last.half + 100
