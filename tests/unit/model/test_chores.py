"""When chores are done: what is heavy waits, what was tried rests."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitgt.model import chores
from gitgt.model.chores import HEAVY, Chore, Do, Fact

NOW = 1_000_000.0


def fact(chore=Chore.TRASH, **more):
    return Fact(chore=chore, place="shop", **more)


@pytest.mark.parametrize(
    ("found", "busy", "done", "again"),
    [
        (fact(), False, False, None),
        (fact(wanted=True), False, True, None),
        (fact(wanted=True), True, True, None),
        (fact(wanted=True, tried_at=NOW - 3599), False, False, NOW + 1),
        (fact(wanted=True, tried_at=NOW - 3600), False, True, None),
        (fact(ripe_at=NOW + 5), False, False, NOW + 5),
        (fact(ripe_at=NOW - 5), False, True, None),
        (fact(ripe_at=NOW + 5, tried_at=NOW), False, False, NOW + 3600),
        (fact(Chore.PACK, wanted=True), True, False, NOW + 300),
        (fact(Chore.PACK, wanted=True), False, True, None),
        (fact(Chore.BACKUP, wanted=True, tried_at=NOW, rests=60.0), False, False, NOW + 60),
    ],
)
def test_one_chore(found, busy, done, again):
    wanted = [Do(found.chore, "shop")] if done else []
    assert chores.plan([found], now=NOW, busy=busy) == (wanted, again)


times = st.none() | st.floats(0, 2 * NOW)


@given(
    st.lists(
        st.builds(
            Fact, chore=st.sampled_from(Chore), place=st.sampled_from(["", "shop"]),
            wanted=st.booleans(), ripe_at=times, tried_at=times,
        )
    ),
    st.booleans(),
)  # fmt: skip
def test_one_heavy_one_at_a_time_and_nothing_is_forgotten(facts, busy):
    do, again = chores.plan(facts, now=NOW, busy=busy)
    assert sum(each.chore in HEAVY for each in do) <= (0 if busy else 1)
    open_ones = [each for each in facts if each.wanted or each.ripe_at is not None]
    assert len(do) <= len(open_ones)
    assert (again is None) == (len(do) == len(open_ones))
    assert again is None or again > NOW


def test_what_is_crowded_and_what_is_a_spike():
    assert not chores.is_crowded(loose=6000, packs=50, refs=2000)
    assert chores.is_crowded(loose=0, packs=51, refs=0)
    assert [chores.is_spike(100, each) for each in (80, 79)] == [False, True]
    assert not chores.is_spike(19, 0)
