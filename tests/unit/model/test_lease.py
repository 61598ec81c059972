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
    assert rules.renewed(mine, mine, now=99, lasts=60) == Lease(3, HERE, 159.0, 1)
    assert rules.released(mine, mine) == Lease(3)


def test_it_reads_what_it_wrote():
    for lease in (Lease(1), Lease(2, AWAY, 12.5), Lease(2, AWAY, 12.5, 7)):
        assert Lease.read(lease.fields()) == lease


@pytest.mark.parametrize("until", [float("inf"), float("nan"), -1.0, 1e30])
def test_what_is_no_instant_is_not_read(until):
    with pytest.raises(ValueError, match="is no instant"):
        Lease.read({**Lease(2, AWAY, 12.5).fields(), "until": until})


@pytest.mark.parametrize(
    ("until", "still_for", "wait"),
    [
        (70.0, 0.0, 80.0),  # as it says
        (70.0, 60.0, 30.0),  # a minute later it says the same still
        (1e9, 0.0, 60.0 + SKEW),  # its clock is far ahead
        (1e9, 60.0 + SKEW, 0.0),
        (1.0, 0.0, 11.0),  # its clock is behind
    ],
)
def test_a_holder_whose_clock_is_wrong_keeps_it_no_longer_than_it_renews_it(
    until, still_for, wait
):
    lease = Lease(3, AWAY, until)
    how = {"now": 20.0, "lasts": 60.0, "is_gone": False, "still_for": still_for}
    assert rules.free_in(lease, "here", **how) == wait
    assert (rules.taken(lease, HERE, **how) is None) == bool(wait)


def test_it_says_in_a_line_who_has_it():
    away = Holder("town east", "there pid:[4026531836]", 10, "1")
    assert rules.told(Lease(17, away, 1792160000.0), "the refinery of main") == (
        "town east on there has the refinery of main until 2026-10-16T14:13:20Z, number 17"
    )
    assert rules.told(Lease(17), "the refinery of main") == "nobody has the refinery of main"


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
