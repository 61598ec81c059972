"""The loop, with roles that only remember."""

import threading
from contextlib import contextmanager

import pytest

from gitgt.daemon import loop
from gitgt.git.spool import Spool
from gitgt.reactor.key import Key, Settled
from gitgt.reactor.reactor import Reactor
from gitgt.reactor.sources import Sources
from tests.support.reconcilers import Looker
from tests.support.waiting import until


@pytest.fixture
def common(rig):
    return rig.path / ".git"


@contextmanager
def _running(reactor, common, **more):
    sources = Sources(every=3600)
    sources.follow([common])
    stop = loop.Stop(sources.poke)
    thread = threading.Thread(
        target=loop.run, args=(reactor, sources), kwargs={"stop": stop, **more}
    )
    thread.start()
    try:
        yield
    finally:
        stop.ask()
        thread.join(20)
        assert not thread.is_alive()


def test_everything_is_looked_at_once_at_the_start(common):
    witness = Looker(names=["nux", "toast"])
    with _running(Reactor([witness]), common):
        until(lambda: witness.looked_at[:2] == ["nux", "toast"])


def test_a_commit_wakes_whom_it_concerns(rig, common):
    witness = Looker(names=["nux", "toast"])
    places = []

    def route(place, notes):
        places.append((place, tuple(notes)))
        return [Key("witness", "toast")]

    with _running(Reactor([witness]), common, route=route):
        until(lambda: len(witness.looked_at) >= 2)
        witness.looked_at.clear()
        rig.commit("a")
        Spool.of(common).leave("there")
        until(lambda: "toast" in witness.looked_at)
        until(lambda: (common, ("there",)) in places)

    assert "nux" not in witness.looked_at


def test_a_deadline_is_kept_without_any_event(common):
    witness = Looker(Settled(again_in=0.05), Settled(again_in=0.05), names=["nux"])
    with _running(Reactor([witness]), common):
        until(lambda: len(witness.looked_at) >= 3)


def test_what_a_role_does_wakes_the_others(rig, common):
    class Committing(Looker):
        def reconcile(self, key):
            if not self.looked_at:
                rig.commit("by-a-role")
            return super().reconcile(key)

    desk = Committing(role="desk", names=["a"])
    convoys = Looker(role="convoys", names=["b"])
    with _running(Reactor([desk, convoys]), common):
        until(lambda: len(convoys.looked_at) >= 2)


def test_one_pass_does_all_that_is_due_and_no_more():
    witness = Looker(Settled(again_in=0), Settled(again_in=60), names=["nux"])

    assert loop.settle(Reactor([witness]), clock=lambda: 5.0) == 2


def test_a_town_that_never_settles_is_left_in_the_end():
    restless = Looker(*[Settled(again_in=0)] * 100, names=["nux"])
    reactor = Reactor([restless])

    assert loop.settle(reactor, clock=lambda: 5.0, turns=7) == 7
