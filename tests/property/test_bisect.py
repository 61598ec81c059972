"""The search for the first bad commit, on chains that are drawn."""

from __future__ import annotations

from math import ceil, log2

from hypothesis import given
from hypothesis import strategies as st

from gitgt.model.bisect import gap, next_look
from gitgt.model.gate import Verdict

PASS, FAIL, MUTE = Verdict.PASS, Verdict.FAIL, Verdict.COULD_NOT_RUN


def searched(truth):
    """Search a chain; return what was found, and how many were tested."""
    known = [None] * len(truth)
    known[0], known[-1] = truth[0], truth[-1]
    tested = 0
    while (number := next_look(known)) is not None:
        assert known[number] is None
        known[number] = truth[number]
        tested += 1
    return gap(known), tested


@given(st.integers(1, 300), st.data())
def test_the_first_bad_one_is_found_in_as_many_tests_as_halving_takes(good, data):
    bad = data.draw(st.integers(1, 300))
    found, tested = searched([PASS] * good + [FAIL] * bad)
    assert found == (good - 1, good)
    assert tested <= ceil(log2(good + bad - 1)) if good + bad > 2 else tested == 0


@given(st.lists(st.sampled_from([PASS, FAIL, MUTE]), max_size=40))
def test_between_what_it_names_nothing_could_be_tested(middle):
    truth = [PASS, *middle, FAIL]
    (low, high), _ = searched(truth)
    assert (truth[low], truth[high]) == (PASS, FAIL)
    assert set(truth[low + 1 : high]) <= {MUTE}


def test_without_a_good_and_a_bad_one_there_is_nothing_to_look_for():
    assert gap([PASS, None, PASS]) is None
    assert gap([FAIL]) is None
    assert next_look([None, None, FAIL]) is None
