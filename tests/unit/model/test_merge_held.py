"""Who waits for whom, and who need not wait to be sent back."""

from __future__ import annotations

from gitgt.model.queue.merge_acts import Cause, Eject, Freeze, Stop
from gitgt.model.queue.merge_chain import Base, Clash, Held, Link, behind, chain_of
from gitgt.model.queue.merge_facts import Queue
from gitgt.model.queue.merge_queue import plan
from gitgt.model.queue.queue_order import Request

BASE = Base("base", "tree")


def merging(*clashes):
    """Return what merges all but what clashes: sets of names, of which the last one fails."""

    def merged(members):
        for clash in clashes:
            if set(clash) <= set(members) and members[-1] == clash[-1]:
                return Clash(members[-1], (f"{clash[-1]}.py",))
        return Link(members[-1], "+".join(members), "tree " + "+".join(members))

    return merged


def chain(names, merged):
    return chain_of([Request(id=each, head=each) for each in names], BASE, merged, limit=64)


def waits(names, merged):
    found = chain(names, merged)
    return [behind(clash, found, merged) for clash in found.held]


def test_who_clashes_with_one_ahead_waits_for_that_one():
    assert waits("abc", merging("ac")) == [Held("c", "a", ("c.py",))]


def test_who_clashes_with_two_waits_for_the_nearest():
    assert waits("abcd", merging("ad", "bd")) == [Held("d", "b", ("d.py",))]


def test_who_clashes_with_several_together_waits_for_them_all():
    assert waits("abc", merging("abc")) == [Held("c", "", ("c.py",))]


def test_who_clashes_with_the_base_waits_for_nobody():
    found = chain("abc", merging("a", "bc"))
    assert [each.request for each in found.conflicts] == ["a"]
    assert [each.request for each in found.held] == ["c"]


def test_who_stands_on_another_is_held_with_it():
    merged = merging("b", "ac")
    order = [Request(id="a", head="a"), Request(id="c", head="c", after=("a",))]
    found = chain_of(order, BASE, merged, limit=64)
    assert [each.request for each in found.held] == ["c"]
    assert behind(found.held[0], found, merged).on == "a"


def test_one_that_cannot_stand_alone_is_asked_about_nothing():
    merged = merging("b")
    links = (Link("a", "a", "tree a"), Link("b", "a+b", "tree a+b"))
    found = chain("a", merged)
    held = behind(Clash("c", ("c.py",)), type(found)(links), merged)
    assert held == Held("c", "", ("c.py",))


def test_a_frozen_queue_sends_back_what_conflicts_and_nothing_else():
    requests = tuple(Request(id=each, head=each) for each in "ab")
    queue = Queue(base=BASE, requests=requests, gates=("check",), held="release week")
    assert plan(queue, merging("b")) == (Eject("b", Cause.CONFLICT, paths=("b.py",)),)
    assert plan(queue, merging()) == (Freeze(Stop.HELD, "release week"),)
