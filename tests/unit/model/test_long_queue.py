"""Ten thousand requests wait, and still only so many merges are asked for at a look."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gitgt.model.queue.merge_acts import Eject, Land, Skip, Start
from gitgt.model.queue.merge_chain import Base, Clash, Link
from gitgt.model.queue.merge_facts import LIMIT, Queue
from gitgt.model.queue.merge_odds import Finding
from gitgt.model.queue.merge_queue import plan
from gitgt.model.queue.queue_order import Request, in_order

MANY = 10_000
# A chain, those that do not fit into it (each is tried alone too), and what more slots look at.
ENOUGH = LIMIT * 5 + 128
Clashing = Callable[[tuple[str, ...]], bool]


def number(name: str) -> int:
    return int(name[1:])


WORLDS: dict[str, Clashing] = {
    "all well": lambda members: not members,
    "all with the target": bool,
    "all with the first": lambda members: len(members) > 1,
    "one folder in forty": lambda members: any(
        number(each) % 40 == number(members[-1]) % 40 for each in members[:-1]
    ),
}


def look(world: Clashing, **more: object) -> tuple[list[object], int]:
    """Return what is to be done, and how many merges were asked for."""
    asked: set[tuple[str, ...]] = set()

    def merging(members: tuple[str, ...]) -> Link | Clash:
        asked.add(members)
        if world(members):
            return Clash(members[-1], ("file",))
        return Link(members[-1], "c:" + "+".join(members), "+".join(members))

    waiting = tuple(
        Request(
            id=f"r{n}", head=f"h{n}", due=float(n), after=(f"r{n - 1}",) if n % 9 == 1 else ()
        )
        for n in range(MANY)
    )
    queue = Queue(base=Base("c", "base"), requests=waiting, gates=("test",), **more)
    return [*plan(queue, merging)], len(asked)


@pytest.mark.parametrize("slots", [1, 4, 8])
@pytest.mark.parametrize("world", WORLDS)
def test_so_many_merges_are_asked_for_however_many_wait(world, slots):
    acts, asked = look(WORLDS[world], slots=slots)
    assert asked <= ENOUGH
    if world == "all with the target":
        assert {type(act) for act in acts} == {Eject}
    else:
        assert len([act for act in acts if isinstance(act, Start)]) == slots


def test_what_brings_nothing_is_closed_in_portions():
    def merging(members: tuple[str, ...]) -> Link | Clash:
        return Link(members[-1], "c", "base")

    waiting = tuple(Request(id=f"r{n}", head=f"h{n}", due=float(n)) for n in range(MANY))
    acts = plan(Queue(base=Base("c", "base"), requests=waiting, gates=("test",)), merging)
    assert {type(act) for act in acts} == {Skip}
    assert 0 < len(acts) <= 2 * LIMIT


def test_a_waiver_lands_a_chain_at_a_time():
    acts, asked = look(WORLDS["all well"], waiver=True)
    [landing] = acts
    assert isinstance(landing, Land)
    assert (len(landing.links), asked) == (LIMIT, LIMIT)


def test_who_was_red_with_others_does_not_make_it_longer():
    red = tuple(Finding((f"h{n}", f"h{n + 1}"), passed=False) for n in range(0, 400, 2))
    _, asked = look(WORLDS["all well"], slots=4, findings=red)
    assert asked <= ENOUGH


def test_the_order_of_ten_thousand_is_whole():
    waiting = [Request(id=f"r{n}", head="", due=float(-n)) for n in range(MANY)]
    assert [number(each.id) for each in in_order(waiting)] == [*range(MANY - 1, -1, -1)]
