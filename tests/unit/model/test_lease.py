"""Who may take a lease, and when: a table, and what holds for any order of takers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitgt.model import lease as rules
from gitgt.model.lease import SKEW, Holder, Lease

HERE = Holder("deacon", "here", 10, "1")
BESIDE = Holder("deacon", "here", 11, "2")
AWAY = Holder("deacon", "there", 10, "1")


@pytest.mark.parametrize(
    ("holder", "now", "is_gone", "free"),
    [
        (None, 0.0, False, True),
        (BESIDE, 99.0, False, False),
        (BESIDE, 100.0, False, True),
        (BESIDE, 0.0, True, True),
        (AWAY, 100.0, False, False),
        (AWAY, 100.0 + SKEW, False, True),
    ],
)
def test_it_is_free_when_time_or_the_kernel_says_so(holder, now, is_gone, free):
    lease = Lease(3, holder, 100.0)
    took = rules.taken(lease, HERE, now=now, lasts=60, is_gone=is_gone)
    assert took == (Lease(4, HERE, now + 60) if free else None)


def test_who_lost_it_can_neither_renew_nor_give_back():
    mine = Lease(3, HERE, 100.0)
    other = rules.taken(mine, BESIDE, now=100.0, lasts=60, is_gone=False)
    assert rules.renewed(other, mine, now=101, lasts=60) is None
    assert rules.released(other, mine) is None
    assert rules.renewed(mine, mine, now=99, lasts=60) == Lease(3, HERE, 159.0)
    assert rules.released(mine, mine) == Lease(3)


def test_it_reads_what_it_wrote():
    for lease in (Lease(1), Lease(2, AWAY, 12.5)):
        assert Lease.read(lease.fields()) == lease


@given(
    st.lists(st.tuples(st.sampled_from([HERE, BESIDE, AWAY]), st.floats(0, 100), st.booleans()))
)
def test_numbers_only_rise_and_nobody_takes_from_the_living(story):
    now, held = 0.0, None
    for who, waits, gives_back in story:
        now += waits
        took = rules.taken(held, who, now=now, lasts=50, is_gone=False)
        if took is not None:
            assert held is None or held.holder is None or held.until <= now
            assert took.number == (held.number if held else 0) + 1
            held = took
        if gives_back and held is not None and held.holder == who:
            held = rules.released(held, held)
