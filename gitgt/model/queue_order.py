"""In which order merge requests stand in the queue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import Final

URGENT: Final = 0  # the one priority that may push aside what is being tested


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A merge request as the queue sees it.

    ``after`` names the requests that must have landed first and have not yet.
    """

    id: str
    head: str
    priority: int = 2
    queued_at: str = ""
    agent: str = ""
    after: tuple[str, ...] = ()
    revision: int = 1


def in_order(requests: Iterable[Request], *, under_test: Sequence[str] = ()) -> list[Request]:
    """Return the requests that may go, in the order in which they land.

    What is under test keeps its place, so that a newcomer does not make a running test
    worthless, unless the newcomer is urgent. Of those whose dependencies stand before them
    the first by priority and time comes next: so taking one out moves nobody else. Who
    depends on something that is not in the queue has to wait.
    """
    by_id = {request.id: request for request in requests}
    held = {} if _is_pushed_aside(by_id, under_test) else _places(under_test)
    lacks = {request.id: len(set(request.after)) for request in by_id.values()}
    waiters = _waiters(by_id.values())
    ready = [_standing(request, held) for request in by_id.values() if not lacks[request.id]]
    heapify(ready)
    ordered: list[Request] = []
    while ready:
        request = by_id[heappop(ready)[-1]]
        ordered.append(request)
        for waiter in waiters.get(request.id, ()):
            lacks[waiter.id] -= 1
            if not lacks[waiter.id]:
                heappush(ready, _standing(waiter, held))
    return ordered


def _standing(request: Request, held: Mapping[str, int]) -> tuple[int, int, str, str]:
    place = held.get(request.id, len(held))
    return (place, request.priority, request.queued_at, request.id)


def _waiters(requests: Iterable[Request]) -> dict[str, list[Request]]:
    """Return who waits for whom."""
    waiters: dict[str, list[Request]] = {}
    for request in requests:
        for needed in set(request.after):
            waiters.setdefault(needed, []).append(request)
    return waiters


def _places(ids: Sequence[str]) -> dict[str, int]:
    return {each: number for number, each in enumerate(dict.fromkeys(ids))}


def _is_pushed_aside(by_id: Mapping[str, Request], under_test: Sequence[str]) -> bool:
    tested = set(under_test)
    return any(
        request.priority == URGENT and request.id not in tested for request in by_id.values()
    )
