"""In any order that keeps to the dependencies, what overlaps stays in its order."""

from hypothesis import given
from hypothesis import strategies as st

from gitgt.model.replay.replay_order import Departure, concerns_all, dependencies

NAMES = st.sampled_from([b"a", b"b", b"ab", b".gitattributes"])
PATHS = st.lists(NAMES, min_size=1, max_size=3).map(b"/".join)
STEPS = st.lists(st.frozensets(PATHS, max_size=3), max_size=12)


@given(STEPS)
def test_what_overlaps_waits(steps):
    needs = dependencies(steps)
    waits = [waited(needs, number) for number in range(len(steps))]

    for later, paths in enumerate(steps):
        for earlier in range(later):
            if overlap(steps[earlier], paths):
                assert earlier in waits[later]


@given(STEPS)
def test_nothing_is_said_twice(steps):
    needs = dependencies(steps)

    for number, direct in enumerate(needs):
        for each in direct:
            assert each < number
            assert all(each not in waited(needs, other) for other in direct if other != each)


@given(STEPS, st.data())
def test_a_branch_finds_the_place_where_it_left(steps, data):
    if len(steps) < 2:
        return
    merged = data.draw(st.integers(1, len(steps) - 1))
    left = data.draw(st.integers(0, merged - 1))
    steps[merged] |= data.draw(st.frozensets(PATHS, max_size=3))
    needs = dependencies(steps, [Departure(left, merged, steps[merged])])

    before = {number for number in range(left + 1) if steps[number] & steps[merged]}
    unknown = [number for number in range(left + 1, merged) if steps[number] & steps[merged]]
    for number in unknown:
        assert before <= waited(needs, number)


def waited(needs, number):
    """Everything that *number* waits for, at first or at last hand."""
    found = set()
    for each in needs[number]:
        found |= {each} | waited(needs, each)
    return found


def overlap(some, others):
    if (concerns_all(some) and others) or (concerns_all(others) and some):
        return True
    return any(
        one == other or one.startswith(other + b"/") or other.startswith(one + b"/")
        for one in some
        for other in others
    )
