"""Who is looked after when, told with numbers for a clock."""

import pytest

from gitgt.errors import BusyError, RefusedError
from gitgt.reactor.key import Key, Settled
from gitgt.reactor.reactor import Patience, Reactor, Trouble, wait_before
from tests.support.reconcilers import Looker


def _busy(times):
    return [BusyError("locked")] * times


def test_busy_is_tried_again_later_and_later():
    reactor = Reactor([Looker(*_busy(2), Settled())])
    reactor.wake("witness", "nux", now=0)

    assert [reactor.turn(now=t) for t in range(5)] == [1, 1, 0, 1, 0]


@pytest.mark.parametrize(
    ("attempt", "seconds"),
    [(1, 1), (2, 2), (3, 4), (4, 8), (8, 128), (9, 256), (10, 300), (11, 300), (10_000, 300)],
)
def test_the_wait_doubles_up_to_five_minutes(attempt, seconds):
    assert wait_before(attempt) == seconds


def test_a_success_makes_the_next_wait_short_again():
    reactor = Reactor([Looker(*_busy(3), Settled(), *_busy(1))])
    reactor.wake("witness", "nux", now=0)
    for now in (0, 1, 3, 7):
        assert reactor.turn(now=now) == 1
    reactor.wake("witness", "nux", now=8)
    reactor.turn(now=8)

    assert reactor.next_deadline() == 9


def test_three_wakes_are_one_look():
    witness = Looker()
    reactor = Reactor([witness])
    for _ in range(3):
        reactor.wake("witness", Key("witness", "nux"), now=0)

    assert reactor.turn(now=0) == 1
    assert reactor.turn(now=0) == 0
    assert witness.looked_at == ["nux"]


def test_news_do_not_make_a_busy_thing_free():
    reactor = Reactor([Looker(*_busy(1))])
    reactor.wake("witness", "nux", now=0)
    reactor.turn(now=0)
    reactor.wake("witness", "nux", now=0.5)

    assert [reactor.turn(now=t) for t in (0.5, 0.9, 1.0, 1.1)] == [0, 0, 1, 0]


def test_who_is_woken_while_it_is_seen_to_is_due_again():
    class SelfWaking(Looker):
        def reconcile(self, key):
            if not self.looked_at:
                reactor.wake("witness", key, now=0)
            return super().reconcile(key)

    reactor = Reactor([SelfWaking()])
    reactor.wake("witness", "nux", now=0)

    assert [reactor.turn(now=0) for _ in range(3)] == [1, 1, 0]


def test_a_deadline_comes_and_an_earlier_wake_does_not_lose_it():
    reactor = Reactor([Looker(Settled(again_in=60), Settled(again_in=60))])
    reactor.wake("witness", "nux", now=0)
    reactor.turn(now=0)
    assert reactor.next_deadline() == 60

    reactor.wake("witness", "nux", now=10)
    reactor.turn(now=10)

    assert reactor.next_deadline() == 70


def test_a_deadline_that_passed_is_seen_to_at_once():
    reactor = Reactor([Looker(Settled(again_in=5))])
    reactor.wake("witness", "nux", now=0)
    reactor.turn(now=0)

    assert reactor.turn(now=4.9) == 0
    assert reactor.turn(now=1000) == 1


def test_an_idle_town_has_no_deadline():
    reactor = Reactor([Looker(names=["nux", "toast"])])
    reactor.wake_all(now=0)
    reactor.turn(now=0)

    assert reactor.next_deadline() is None


def test_roles_work_in_their_order_and_keys_in_theirs():
    order = []

    class Noting(Looker):
        def reconcile(self, key):
            order.append((key.role, key.name))
            return Settled()

    reactor = Reactor(
        [Noting(role="desk", names=["b", "a"]), Noting(role="convoys", names=["c"])]
    )
    reactor.wake_all(now=0)
    reactor.turn(now=0)

    assert order == [("desk", "a"), ("desk", "b"), ("convoys", "c")]


@pytest.mark.parametrize("error", [RefusedError("no"), ValueError("a bug")])
def test_what_fails_for_good_is_reported_and_the_loop_goes_on(error):
    told = []
    reactor = Reactor([Looker(error, names=["nux", "toast"])], report=told.append)
    reactor.wake_all(now=0)

    assert reactor.turn(now=0) == 2
    assert told == [Trouble(Key("witness", "nux"), error, stopped=False)]
    assert reactor.next_deadline() is None


def test_an_error_that_says_nothing_is_called_by_its_kind():
    errors = (RefusedError("no"), ValueError("a bug"), StopIteration())
    told = [Trouble(Key("witness", "nux"), each, stopped=False).why for each in errors]
    assert told == ["no", "a bug", "StopIteration"]


def test_what_failed_for_good_is_seen_to_again_when_woken_but_not_at_once():
    reactor = Reactor([Looker(RefusedError("no"))])
    reactor.wake("witness", "nux", now=0)
    reactor.turn(now=0)
    reactor.wake("witness", "nux", now=0.1)

    assert [reactor.turn(now=t) for t in (0.1, 1)] == [0, 1]


def test_a_role_that_fails_too_often_is_stopped_and_the_others_are_not():
    told = []
    bad = Looker(*[RefusedError("no")] * 9, role="refinery", names=["a", "b", "c"])
    good = Looker(role="witness", names=["nux"])
    patience = Patience(failures=2, period=10)
    reactor = Reactor([bad, good], report=told.append, patience=patience)
    reactor.wake_all(now=0)
    reactor.turn(now=0)

    assert [trouble.stopped for trouble in told] == [False, True]
    assert reactor.stopped_roles == ["refinery"]
    assert bad.looked_at == ["a", "b"]
    assert good.looked_at == ["nux"]
    assert reactor.next_deadline() == 300

    reactor.restart("refinery", now=100)
    assert reactor.turn(now=100) == 3


def test_a_role_that_was_stopped_tries_again_after_a_rest():
    """Whatever was in its way, such as a full disk, may be gone; nobody else starts it."""
    bad = Looker(*[RefusedError("no space")] * 2, role="refinery", names=["a", "b", "c"])
    reactor = Reactor([bad], patience=Patience(failures=2, period=10, rest=60))
    reactor.wake_all(now=0)
    reactor.turn(now=0)

    assert (reactor.turn(now=59), reactor.next_deadline()) == (0, 60)
    assert reactor.turn(now=60) == 3
    assert (reactor.stopped_roles, reactor.next_deadline()) == ([], None)


def test_failures_that_lie_far_apart_stop_nobody():
    reactor = Reactor(
        [Looker(*[RefusedError("no")] * 9)], patience=Patience(failures=2, period=10)
    )
    for now in (0, 100, 200):
        reactor.wake("witness", "nux", now=now)
        assert reactor.turn(now=now) == 1

    assert reactor.stopped_roles == []


def test_busy_never_stops_a_role():
    reactor = Reactor([Looker(*_busy(50))], patience=Patience(failures=2, period=1e9))
    reactor.wake("witness", "nux", now=0)
    for turn in range(50):
        reactor.turn(now=turn * 300)

    assert reactor.stopped_roles == []


def test_what_is_gone_is_forgotten():
    witness = Looker(names=["nux", "toast"])
    reactor = Reactor([witness])
    reactor.wake_all(now=0)
    reactor.turn(now=0)
    witness.names = ["toast"]
    reactor.wake_all(now=1)
    reactor.turn(now=1)

    assert witness.looked_at == ["nux", "toast", "toast"]


def test_a_role_that_cannot_say_what_it_looks_after_is_reported():
    class Mute(Looker):
        def keys(self):
            raise RefusedError("the ledger is newer than we are")

    told = []
    good = Looker(role="desk", names=["a"])
    reactor = Reactor([Mute(), good], report=told.append)
    reactor.wake_all(now=0)

    assert reactor.turn(now=0) == 1
    assert [str(trouble.error) for trouble in told] == ["the ledger is newer than we are"]


def test_a_key_of_nobody_is_let_alone():
    reactor = Reactor([Looker()])
    reactor.wake("mayor", "x", now=0)

    assert reactor.turn(now=0) == 0


def test_when_a_busy_key_is_tried_again_is_told():
    reactor = Reactor([Looker(BusyError("locked"), Settled(again_in=9))])
    assert reactor.next_retry() is None
    reactor.wake("witness", "nux", now=0)
    reactor.turn(now=0)
    assert reactor.next_retry() == 1
    reactor.turn(now=1)
    assert (reactor.next_retry(), reactor.next_deadline()) == (None, 10)


def test_who_was_told_of_trouble_is_told_when_it_is_over():
    told = []
    looks = [Settled(), RefusedError("no"), RefusedError("no"), Settled(), Settled()]
    witness = Looker(*looks)
    reactor = Reactor([witness], report=lambda _: told.append("trouble"), relieve=told.append)
    for now in (0, 100, 200, 300, 400):
        reactor.wake("witness", "nux", now=now)
        reactor.turn(now=now)

    assert told == [Key("witness", "nux"), "trouble", "trouble", Key("witness", "nux")]
