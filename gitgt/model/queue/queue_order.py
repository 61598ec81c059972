"""In which order merge requests stand in the queue.

Each is *due* at a time that follows from when it joined, its priority, the age of its convoy
and how often it came back. Nothing of that changes while it waits: nobody passes another
merely since time goes by, and no role need look at the clock. What all of it can make up for
is bounded (``SPAN``): whoever joins later than that stands behind, so nobody waits forever.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from heapq import heapify, heappop, heappush
from typing import Final

from gitgt.values import dataclass

URGENT: Final = 0  # the one priority that may push aside what is being tested
# For how many hours' wait one priority makes up.
HOURS: Final = 4.0
_LEAST_URGENT: Final = 4
# Gas Town's weights, in priorities: 50 of 100 points for each return, and 300 at the most.
_RETURN: Final = 0.5
_MOST: Final = 3.0
# An hour of a convoy's age counts as so much wait, at the most as three priorities.
_CONVOY: Final = 0.4
# So many priorities make up the most that any two can be apart.
_SPAN: Final = _LEAST_URGENT + 2 * _MOST


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A merge request as the queue sees it.

    ``after`` names the requests that must have landed first and have not yet. ``first`` is
    when somebody let it before all others, ``held`` why it is not to go. Reds up to the
    verdict with the number ``pardoned`` are not held against it.
    """

    id: str
    head: str
    priority: int = 2
    queued_at: str = ""
    agent: str = ""
    after: tuple[str, ...] = ()
    revision: int = 1
    due: float = 0.0
    first: float = 0.0
    held: str = ""
    pardoned: int = 0


def due(
    joined: float, *, priority: int, convoy_age: float = 0.0, returns: int = 0,
    hours: float = HOURS,
) -> float:  # fmt: skip
    """Return when a request that *joined* then is due; the order follows it.

    *convoy_age* is how old, in seconds, the convoy was when the request joined: since then
    both have waited equally long.
    """
    level = hours * 3600
    late = level * (priority + min(_MOST, _RETURN * returns))
    return joined + late - min(level * _MOST, _CONVOY * max(0.0, convoy_age))


def span(hours: float = HOURS) -> float:
    """Return after how many seconds nobody who joins can get before a request any more."""
    return hours * 3600 * _SPAN


def in_order(requests: Iterable[Request], *, under_test: Sequence[str] = ()) -> list[Request]:
    """Return the requests that may go, in the order in which they land.

    What is under test keeps its place, so that a newcomer does not make a running test
    worthless, unless the newcomer is urgent. Of those whose dependencies stand before them
    the one that is due first comes next: so taking one out moves nobody else. Who is held,
    or depends on somebody who does not go, has to wait.
    """
    by_id = {request.id: request for request in requests}
    order = _sorted(by_id, {})
    if not under_test or _is_pushed_aside(order, under_test):
        return order
    return _sorted(by_id, _places(under_test))


def without(order: Sequence[Request], gone: str) -> list[Request]:
    """Return what is left of *order* once one has gone: not who has to wait for that one."""
    lost, left = {gone}, []
    for each in order:
        if each.id in lost or not lost.isdisjoint(each.after):
            lost.add(each.id)
        else:
            left.append(each)
    return left


def _sorted(by_id: Mapping[str, Request], held: Mapping[str, int]) -> list[Request]:
    if not any(request.after for request in by_id.values()):
        free = [request for request in by_id.values() if not request.held]
        return sorted(free, key=lambda each: _standing(each, held))
    lacks = {request.id: len(set(request.after)) for request in by_id.values()}
    waiters = _waiters(by_id.values())
    ready = [
        _standing(request, held)
        for request in by_id.values()
        if not lacks[request.id] and not request.held
    ]
    heapify(ready)
    ordered: list[Request] = []
    while ready:
        request = by_id[heappop(ready)[-1]]
        ordered.append(request)
        for waiter in waiters.get(request.id, ()):
            lacks[waiter.id] -= 1
            if not lacks[waiter.id] and not waiter.held:
                heappush(ready, _standing(waiter, held))
    return ordered


def _standing(
    request: Request, held: Mapping[str, int]
) -> tuple[int, bool, float, float, int, str, str]:
    """Return by what a request is sorted: its id is the last of it."""
    return (
        held.get(request.id, len(held)), not request.first, -request.first, request.due,
        request.priority, request.queued_at, request.id,
    )  # fmt: skip


def _waiters(requests: Iterable[Request]) -> dict[str, list[Request]]:
    """Return who waits for whom."""
    waiters: dict[str, list[Request]] = {}
    for request in requests:
        for needed in set(request.after):
            waiters.setdefault(needed, []).append(request)
    return waiters


def _places(ids: Sequence[str]) -> dict[str, int]:
    return {each: number for number, each in enumerate(dict.fromkeys(ids))}


def _is_pushed_aside(order: Iterable[Request], under_test: Sequence[str]) -> bool:
    tested = set(under_test)
    return any(
        (each.priority == URGENT or each.first) and each.id not in tested for each in order
    )
