"""How often something that ended is begun again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitgt.model import restarts
from gitgt.model.restarts import Begin, Stop, Trail, Wait


def test_it_is_begun_later_and_later_and_then_no_more():
    trail, now, waited = Trail(), 1000.0, []
    while not isinstance(act := restarts.plan(trail, now=now), Stop):
        if isinstance(act, Wait):
            waited.append(act.seconds)
            now += act.seconds
        else:
            trail = trail.begun(now)

    assert waited == [30, 60, 120, 240]
    assert act == Stop(fresh=True)
    assert len(trail.at) == 5


def test_who_was_told_of_is_told_of_once():
    assert restarts.plan(Trail((1.0,), stopped=True), now=1e9) == Stop(fresh=False)


@pytest.mark.parametrize(
    ("restart", "pause"), [(1, 0), (2, 30), (3, 60), (4, 120), (6, 480), (7, 600), (99, 600)]
)
def test_the_pause_doubles_up_to_ten_minutes(restart, pause):
    assert restarts.pause_before(restart) == pause


def test_half_an_hour_that_went_well_begins_anew():
    trail = Trail((0.0, 400.0))

    assert restarts.plan(trail, now=400.0 + 59) == Wait(1)
    assert restarts.plan(trail, now=400.0 + 60) == Begin()
    assert restarts.settled(trail, now=400.0 + 1800) == Trail()
    assert restarts.settled(trail, now=400.0 + 1799) == trail


@given(st.lists(st.floats(0, 1e6), max_size=8), st.floats(0, 1e6))
def test_nobody_waits_longer_than_ten_minutes_whatever_the_clock_does(at, now):
    act = restarts.plan(Trail(tuple(at)), now=now)

    assert not isinstance(act, Wait) or 0 < act.seconds <= restarts.LONGEST_PAUSE


@given(st.lists(st.floats(0, 1e6), max_size=8), st.booleans())
def test_a_note_gives_back_what_was_written(at, stopped):
    trail = Trail(tuple(at), stopped=stopped)

    assert restarts.parse({"mayor": trail.plain()}) == {"mayor": trail}


@pytest.mark.parametrize("spoilt", [3, {}, {"at": 3}, None])
def test_a_spoilt_note_says_nothing(spoilt):
    assert restarts.parse({"mayor": spoilt}) == {}
