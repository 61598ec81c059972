"""What it costs to find who is to blame: exact counts of gate runs, all positions tried.

The other column is the table of a prototype that halves and confirms as we do; with more
slots than one ours spends less while all is well and more on a search, so what is compared
there is the cost at one request in twenty being bad: it is 3 % more for eight requests on two
slots, and up to three quarters less elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import comb
from statistics import fmean

import pytest

from benchmarks.queues.clockwork import execute
from benchmarks.queues.ours import Ours
from benchmarks.queues.stream import Stream

# requests, slots: mean runs with none, one, two ... of them bad, each confirmed once
PROTOTYPE = {
    (4, 1): (1.0, 4.75, 7.67, 10.5, 13.0),
    (4, 2): (2.0, 4.75, 7.83, 10.5, 13.0),
    (4, 4): (4.0, 6.5, 9.0, 11.5, 14.0),
    (5, 1): (1.0, 5.2, 8.8, 12.1, 15.2),
    (5, 2): (2.0, 5.4, 8.7, 11.5, 14.2),
    (5, 4): (4.0, 7.2, 9.9, 12.5, 15.2),
    (8, 1): (1.0, 5.875, 10.0, 14.0, 17.9),
    (8, 2): (2.0, 6.62, 10.79, 14.68, 18.0),
    (8, 4): (4.0, 8.0, 12.54, 16.73, 20.51),
}


def runs(size: int, slots: int, bad: int) -> float:
    """Return the mean number of runs over all positions of *bad* requests."""
    return fmean(
        execute(
            Ours(size, slots), Stream(size, frozenset(culprits), jitter=0.0), slots=slots
        ).runs
        for culprits in combinations(range(size), bad)
    )


def expected(costs: Sequence[float], size: int) -> float:
    """Return what *costs*, by the number of bad ones, come to at one in twenty."""
    odds = [comb(size, bad) * 0.05**bad * 0.95 ** (size - bad) for bad in range(len(costs))]
    return sum(cost * chance for cost, chance in zip(costs, odds, strict=True)) / sum(odds)


@pytest.mark.parametrize("size", [4, 5, 8])
def test_with_one_slot_no_search_costs_more_than_halving(size):
    for bad, most in enumerate(PROTOTYPE[size, 1][:4]):
        assert runs(size, 1, bad) <= most + 0.05, bad


@pytest.mark.parametrize(("size", "slots"), [(4, 2), (4, 4), (5, 2), (5, 4), (8, 2), (8, 4)])
def test_with_more_slots_a_batch_costs_no_more_on_average(size, slots):
    ours = [runs(size, slots, bad) for bad in range(4)]
    assert expected(ours, size) <= 1.03 * expected(PROTOTYPE[size, slots][:4], size)


@pytest.mark.parametrize("slots", [1, 2, 4])
def test_nobody_but_the_culprits_goes_back(slots):
    for culprits in combinations(range(5), 2):
        queue = Ours(5, slots)
        execute(queue, Stream(5, frozenset(culprits), jitter=0.0), slots=slots)
        assert (sorted(queue.back), sorted(queue.landed)) == (
            list(culprits),
            [each for each in range(5) if each not in culprits],
        )
