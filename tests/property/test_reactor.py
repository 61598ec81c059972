"""The reactor under any news in any order: nobody is forgotten, nobody is hurried."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from gitgt.errors import BusyError, RefusedError
from gitgt.reactor.key import Key, Settled
from gitgt.reactor.reactor import Patience, Reactor, wait_before

_NAMES = ("a", "b", "c")
_OUTCOMES = st.sampled_from(
    [Settled(), Settled(again_in=3), Settled(again_in=100), BusyError("b"), RefusedError("r")]
)
_STEPS = st.lists(
    st.tuples(
        st.sets(st.sampled_from(_NAMES)),  # who is woken
        st.sampled_from([0.0, 0.5, 1.0, 7.0]),  # how much time passes then
    ),
    max_size=30,
)


class Town:
    """One role; it remembers when it was asked for whom, and how that ended."""

    role = "witness"

    def __init__(self, outcomes):
        self._outcomes = outcomes
        self.now = 0.0
        self.asked = {name: [] for name in _NAMES}

    def keys(self):
        return [Key(self.role, name) for name in _NAMES]

    def reconcile(self, key):
        outcome = self._outcomes.pop() if self._outcomes else Settled()
        self.asked[key.name].append((self.now, outcome))
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def _play(steps, outcomes):
    town = Town(list(outcomes))
    reactor = Reactor([town], patience=Patience(failures=10**9))
    woken = {}
    for names, pause in steps:
        for name in names:
            reactor.wake("witness", name, town.now)
            woken[name] = town.now
        reactor.turn(town.now)
        town.now += pause
    return town, reactor, woken


@given(_STEPS, st.lists(_OUTCOMES, max_size=40))
def test_whoever_was_woken_is_looked_after_in_the_end(steps, outcomes):
    town, reactor, woken = _play(steps, outcomes)
    for _ in range(1000):
        deadline = reactor.next_deadline()
        if deadline is None:
            break
        town.now = max(town.now, deadline)
        reactor.turn(town.now)

    assert reactor.next_deadline() is None
    for name, at in woken.items():
        assert town.asked[name][-1][0] >= at


@given(_STEPS, st.lists(_OUTCOMES, max_size=40))
def test_what_failed_is_left_alone_for_its_time(steps, outcomes):
    town, _, _ = _play(steps, outcomes)

    for asked in town.asked.values():
        failures = 0
        for (before, outcome), (after, _) in itertools.pairwise(asked):
            failures = failures + 1 if isinstance(outcome, Exception) else 0
            if failures:
                longest = 300.0 if isinstance(outcome, BusyError) else 30.0
                assert after >= before + wait_before(failures, longest=longest)


@given(_STEPS, st.lists(_OUTCOMES, max_size=40))
def test_doubled_news_change_nothing(steps, outcomes):
    doubled = [each for names, pause in steps for each in ((names, 0.0), (set(), pause))]
    one, _, _ = _play(steps, outcomes)
    other, _, _ = _play([(names, pause) for names, pause in doubled], outcomes)

    assert [at for at, _ in one.asked["a"]] == [at for at, _ in other.asked["a"]]


@given(_STEPS, st.lists(_OUTCOMES, max_size=40))
def test_the_next_deadline_is_never_in_the_past_for_long(steps, outcomes):
    town, reactor, _ = _play(steps, outcomes)
    while reactor.turn(town.now):
        pass
    deadline = reactor.next_deadline()

    assert deadline is None or deadline > town.now
