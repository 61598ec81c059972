"""Which exchanges are begun, and when: a table, and what holds whatever remotes do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitgt.model.courier import GAP, MOST, SLOW, Errand, Round, pause, plan

SHOP = Errand(name="shop", address="a", ended=100.0, lot=0.5)
FARM = Errand(name="farm", address="b", ended=90.0, lot=0.5)


@pytest.mark.parametrize(
    ("errands", "now", "expected"),
    [
        ([], 0.0, Round((), None)),
        ([replace(SHOP, ended=None)], 0.0, Round(("shop",), None)),
        ([SHOP, FARM], 110.0, Round((), 10.0)),
        ([SHOP, FARM], 120.0, Round(("farm",), 10.0)),
        ([SHOP, FARM], 130.0, Round(("farm", "shop"), None)),
        ([replace(SHOP, news=True), FARM], 100.5, Round((), 0.5)),
        ([replace(SHOP, news=True), FARM], 100.0 + GAP, Round(("shop",), 19.0)),
        # What is written meanwhile goes with the next one.
        ([replace(SHOP, news=True, began=101.0)], 105.0, Round((), None, 1)),
        # Two rigs at one remote take turns; the second hears of the first one's end.
        ([replace(SHOP, address="b"), FARM], 130.0, Round(("farm",), None)),
        ([replace(SHOP, address="b", began=125.0), FARM], 130.0, Round((), 5.0, 1)),
        # What failed is let alone, news or not.
        ([replace(SHOP, fails=3, news=True)], 105.0, Round((), 1.0)),
    ],
)
def test_who_goes_and_who_waits(errands, now, expected):
    assert plan(errands, now=now) == expected


def test_a_remote_that_takes_long_is_in_nobodys_way():
    slow = [
        Errand(name=f"slow {each}", address=f"s{each}", began=100.0) for each in range(MOST)
    ]
    assert plan([*slow, replace(FARM, ended=50.0)], now=105.0) == Round((), 5.0, MOST)
    assert plan([*slow, replace(FARM, ended=50.0)], now=110.0).begin == ("farm",)


@pytest.mark.parametrize(
    ("fails", "lot", "seconds"),
    [(1, 1.0, 2.0), (1, 0.0, 1.0), (4, 1.0, 16.0), (7, 1.0, 120.0), (99, 0.5, 90.0)],
)
def test_what_fails_is_let_alone_for_longer_and_longer(fails, lot, seconds):
    assert pause(fails, lot) == seconds


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.floats(0.1, 200.0), st.floats(0, 1)),
        min_size=1,
        max_size=8,
    ),
    st.integers(0, 2**30),
)
def test_nobody_starves_and_no_remote_is_exchanged_with_twice_at_once(places, news):
    """Each place has a remote, a time that an exchange takes there, and a lot."""
    errands = {
        f"rig {number}": Errand(name=f"rig {number}", address=f"remote {remote}", lot=lot)
        for number, (remote, _, lot) in enumerate(places)
    }
    takes = {f"rig {number}": each[1] for number, each in enumerate(places)}
    longest = max(takes.values())
    waits_since = dict.fromkeys(errands, 0.0)
    now = 0.0
    for turn in range(30):
        for name, each in errands.items():
            if each.began is not None and each.began + takes[name] <= now:
                errands[name] = replace(
                    each, began=None, ended=now, news=bool(news >> turn & 1)
                )
                waits_since[name] = max(now, errands[name].due_at)
        found = plan(list(errands.values()), now=now)
        for name in found.begin:
            assert errands[name].began is None
            assert errands[name].due_at <= now
            errands[name] = replace(errands[name], began=now)
        flying = [each.address for each in errands.values() if each.began is not None]
        assert len(flying) == len(set(flying))
        for name, each in errands.items():
            if each.began is None:
                # At the worst all others go once before it, one after the other.
                assert now - waits_since[name] <= (len(errands) + 1) * (longest + SLOW)
        ends = [
            each.began + takes[name] - now
            for name, each in errands.items()
            if each.began is not None
        ]
        steps = [*ends, *([found.again_in] if found.again_in is not None else [])]
        assert steps, "nobody would ever look again"
        now += max(0.001, min(steps))
