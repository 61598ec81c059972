"""Free slots, shared among queues: whatever they want, and whichever run ends next."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from gitgt.model.fair_share import Lane, hand_out, served

NAMES = "abcdef"


@st.composite
def lanes(draw: st.DrawFn) -> list[Lane]:
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=6))
    counts = st.integers(0, 5)
    return [Lane(name, running := draw(counts), running + draw(counts)) for name in names]


TURNS = st.lists(st.sampled_from(NAMES), unique=True)


@given(st.integers(-3, 12), lanes(), TURNS)
def test_what_is_free_is_handed_out_and_no_more(free, asking, turns):
    given_ = hand_out(free, 0, asking, turns)
    lacking = sum(lane.wanted - lane.running for lane in asking)
    assert len(given_) == min(max(free, 0), lacking)


@given(st.integers(0, 12), lanes(), TURNS)
def test_nobody_gets_one_while_another_who_wants_one_has_fewer(free, asking, turns):
    given_ = Counter(hand_out(free, 0, asking, turns))
    has = {lane.name: lane.running + given_[lane.name] for lane in asking}
    hungry = [lane.name for lane in asking if has[lane.name] < lane.wanted]
    for name in given_:
        assert all(has[name] <= has[other] + 1 for other in hungry)


@given(st.integers(1, 6), lanes(), TURNS)
def test_with_equals_it_goes_round(free, asking, turns):
    equals = [Lane(each.name, 0, free) for each in asking]
    order = [*(each.name for each in asking if each.name not in turns), *turns]
    rounds = [name for name in order if any(each.name == name for each in equals)] * free
    assert list(hand_out(free, 0, equals, turns)) == rounds[:free]


@given(st.integers(1, 6), st.integers(1, 6), st.data())
def test_nobody_starves_and_what_was_lent_comes_back(slots, many, data):
    names = NAMES[:many]
    running = Counter({names[0]: slots})  # the others come when all is lent to the first
    turns: list[str] = [names[0]]
    waited: Counter[str] = Counter()
    for _ in range(60):
        ended = data.draw(st.sampled_from(sorted(running.elements())))
        running[ended] -= 1
        asking = [Lane(name, running[name], slots + 1) for name in names]
        given_ = hand_out(slots, running.total(), asking, turns)
        turns = served(turns, given_)
        running.update(given_)
        assert running.total() == slots
        waited.update(name for name in names if not running[name])
        for name in names:
            waited[name] = waited[name] if not running[name] else 0
            assert waited[name] < many


@given(st.integers(1, 6), st.integers(1, 6))
def test_a_borrower_is_at_its_share_once_each_of_its_runs_has_ended(slots, many):
    names = NAMES[:many]
    running = Counter({names[0]: slots})
    turns: list[str] = [names[0]]
    for _ in range(slots):
        running[names[0]] -= 1
        asking = [Lane(name, running[name], slots + 1) for name in names]
        given_ = hand_out(slots, slots - 1, asking, turns)
        turns = served(turns, given_)
        running.update(given_)
    fewest, most = min(running[name] for name in names), max(running.values())
    assert most - fewest <= 1


@given(st.integers(1, 6), st.integers(2, 6), st.data())
def test_who_must_be_alone_gets_all_to_itself_in_the_end(slots, many, data):
    names = NAMES[:many]
    running: Counter[str] = Counter()
    turns: list[str] = [names[0]]
    for _ in range(3 * (slots + many)):
        asking = [
            Lane(name, running[name], slots + 1, alone=name == names[0]) for name in names
        ]
        given_ = hand_out(slots, running.total(), asking, turns)
        turns = served(turns, given_)
        running.update(given_)
        if running[names[0]]:
            assert running.total() == 1
            return
        ended = data.draw(st.sampled_from(sorted(running.elements())))
        running[ended] -= 1
    raise AssertionError("it starves")
