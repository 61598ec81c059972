"""Why a merge request waits: from the very facts that the planner gets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gitgt.model.queue.merge_acts import Freeze, Run
from gitgt.model.queue.merge_chain import Held, Merging, behind, chain_of
from gitgt.model.queue.merge_facts import Queue
from gitgt.model.queue.merge_odds import odds
from gitgt.model.queue.merge_queue import plan
from gitgt.model.queue.queue_order import Request, in_order
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why one request waits.

    ``place`` is its place among the ``count`` that may go, 0 if it may not; ``ahead`` are
    those before it. It lands ``after`` requests or beads that have not landed, and is held
    with one that is ``behind_held``. ``clashes_with`` is the one ahead that it cannot be
    merged onto, in ``paths``. ``stops`` is why the queue stands still, ``chance`` that it
    passes as far as anybody can tell, ``runs`` what finds out about it.
    """

    place: int = 0
    count: int = 0
    ahead: tuple[str, ...] = ()
    held: str = ""
    after: tuple[str, ...] = ()
    behind_held: tuple[str, ...] = ()
    clashes_with: str = ""
    paths: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    runs: tuple[Run, ...] = ()
    chance: float = 0.0

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "place": self.place, "count": self.count, "ahead": list(self.ahead),
            "held": self.held, "after": list(self.after),
            "behind_held": list(self.behind_held), "clashes_with": self.clashes_with,
            "paths": list(self.paths), "stops": list(self.stops),
            "chance": round(self.chance, 3),
        }  # fmt: skip


def why(queue: Queue, merging: Merging, name: str) -> Why:
    """Return why the request called *name* waits in *queue*."""
    by_id = {each.id: each for each in queue.requests}
    mine = by_id[name]
    order = in_order(
        queue.requests, under_test=[each for run in queue.running for each in run.place]
    )
    names = [each.id for each in order]
    place = names.index(name) + 1 if name in names else 0
    near = 0 < place <= queue.limit  # whoever is further behind is not merged yet
    rival = _rival(queue, order[:place], merging) if near else None
    waiting = order if place else (*order, mine)
    acts = plan(queue, merging)
    return Why(
        place=place,
        count=len(order),
        ahead=tuple(names[: place - 1]) if place else (),
        held=mine.held,
        after=mine.after,
        behind_held=tuple(each for each in mine.after if each in by_id and by_id[each].held),
        clashes_with=rival.on if rival else "",
        paths=rival.paths if rival else (),
        stops=tuple(each.reason for each in acts if isinstance(each, Freeze)),
        runs=tuple(run for run in queue.running if _covers(run, mine)),
        chance=1.0 - odds(waiting, queue.findings, rate=queue.rate)[name],
    )


def _covers(run: Run, request: Request) -> bool:
    return request.head in run.heads if run.heads else request.id in run.place


def _rival(queue: Queue, order: Sequence[Request], merging: Merging) -> Held | None:
    """Return whom the last in *order* cannot be merged onto, of those ahead, and where."""
    chain = chain_of(order, queue.base, merging, limit=queue.limit)
    found = [each for each in chain.held if each.request == order[-1].id]
    return behind(found[0], chain, merging) if found else None
