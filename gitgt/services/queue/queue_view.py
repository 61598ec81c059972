"""The merge queue as people see it: who is next, who waits for what, what is being tested."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from gitgt.errors import RefusedError
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.documents import MergeRequest
from gitgt.model.escalation.cause import titles
from gitgt.model.lifecycle import MergeStatus
from gitgt.model.queue.queue_order import Request, in_order
from gitgt.services import reading, submit
from gitgt.services.escalation import escalations
from gitgt.services.gates.gate_runs import GateRuns
from gitgt.services.gates.run_folder import AtWork
from gitgt.services.queue import merge_queue, queue_facts
from gitgt.services.queue.merge_queue import WHO, Target
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_ORDER: Final = tuple(MergeStatus)
_PLACES: Final = ("refs/heads/", "refs/remotes/origin/")
_LEVELS: Final = 10  # as many as Gas Town looks up


@dataclass(frozen=True, slots=True)
class Seen:
    """A merge request; *place* is its place among those that may go, 0 if it is not one.

    ``waits`` names what it must land after and has not; ``testing`` are the gates that are at
    work on it.
    """

    rig: Rig
    request: MergeRequest
    place: int = 0
    waits: tuple[str, ...] = ()
    testing: tuple[AtWork, ...] = ()

    @property
    def is_blocked(self) -> bool:
        """Tell whether it is in the queue, and does not go."""
        waiting = (MergeStatus.QUEUED, MergeStatus.BLOCKED)
        return not self.place and self.request.status in waiting

    def fields(self) -> dict[str, Any]:
        """Return the request's fields, and what is seen of it."""
        return {
            **self.request.fields(), "rig": self.rig.name, "place": self.place,
            "waits": list(self.waits), "testing": [each.fields() for each in self.testing],
        }  # fmt: skip


def of(town: Town, rig: Rig, *, ended: bool = False, fifo: bool = False) -> list[Seen]:
    """Return the merge requests of *rig*, the next first; those that ended too if asked.

    They stand target by target, the rig's own first. With *fifo* whoever came first is next.
    """
    return _of(town, rig, GateRuns(town, rig).at_work(), ended=ended, fifo=fifo)


def then(town: Town, rig: Rig, *, ended: bool = False) -> list[Seen]:
    """Return the merge requests that *rig* had, as ``of`` does; what was tested is unknown."""
    return _of(town, rig, (), ended=ended, fifo=False)


def _of(
    town: Town, rig: Rig, work: Sequence[AtWork], *, ended: bool, fifo: bool
) -> list[Seen]:  # fmt: skip
    now = town.ledger_at(rig).snapshot()
    seen = [
        each
        for target in merge_queue.targets(rig, now)
        for each in _queued(town, now, target, work, fifo=fifo)
    ]
    status = [each for each in _ORDER if each != MergeStatus.QUEUED]
    shown = [each for each in status if ended or each in submit.LIVE]
    rest = sorted(
        now.all(MergeRequest, status=shown),
        key=lambda each: (_ORDER.index(MergeStatus(each.status)), each.queued_at, each.id),
    )
    return [*seen, *(Seen(rig, each) for each in rest)]


def _queued(
    town: Town, now: Snapshot, target: Target, work: Sequence[AtWork], *, fifo: bool
) -> list[Seen]:
    requests = merge_queue.queued(now, target)
    set_to = queue_facts.tuning_of(town, target.rig)
    may = queue_facts.waiting(now, target, has_forge=set_to.has_forge)
    planned = queue_facts.as_planned(town, now, may, hours=set_to.hours)
    mine = [each for each in work if each.branch == target.branch]
    under_test = [name for each in mine for name in each.requests]
    order = _fifo(planned) if fifo else in_order(planned, under_test=under_test)
    place = {each.id: number for number, each in enumerate(order, 1)}
    after = {each.id: each.after for each in planned}
    seen = (
        Seen(
            target.rig, each, place.get(each.id, 0), after.get(each.id, ()),
            tuple(run for run in mine if covers(run, each)),
        )
        for each in requests
    )  # fmt: skip
    last = len(order) + 1
    return sorted(seen, key=lambda each: (each.place or last, each.request.queued_at))


def _fifo(planned: Iterable[Request]) -> list[Request]:
    may = in_order(planned)
    return sorted(may, key=lambda each: (each.queued_at, each.id))


def stops(town: Town, target: Target) -> tuple[str, ...]:
    """Return what the refinery told a person of the queue for *target*, and still is so."""
    found = escalations.every_of(town, target.rig)
    return tuple(
        title
        for each in found
        if (each.created_by, each.about) == (WHO.address, target.ref)
        for title in titles(each)
    )


def covers(run: AtWork, request: MergeRequest) -> bool:
    """Tell whether *run* finds out something about *request*."""
    if run.heads:
        return request.head in run.heads
    return request.id in run.requests


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which requests are asked for; *worker* may be an address or its last word."""

    ready: bool = False
    statuses: tuple[str, ...] = ()
    worker: str = ""
    epic: str = ""


def chosen(town: Town, seen: Iterable[Seen], wanted: Wanted) -> list[Seen]:
    """Return those of *seen* that are *wanted*.

    Raises:
        NotFoundError: the epic is nowhere.
    """
    epic = reading.identify(town, wanted.epic) if wanted.epic else ""
    return [
        each
        for each in seen
        if (each.place or not wanted.ready)
        and (each.request.status in wanted.statuses or not wanted.statuses)
        and _is_of(each.request.agent, wanted.worker)
        and (not epic or epic in _wholes(town, each.request.source))
    ]


def _is_of(agent: str, worker: str) -> bool:
    return not worker or worker in (agent, agent.rpartition("/")[2])


def _wholes(town: Town, bead: str) -> Iterator[str]:
    """Yield what *bead* is a part of, level by level, and itself."""
    for _ in range(_LEVELS):
        yield bead
        try:
            found = town.ledger_of(bead).snapshot().from_index(bead)
        except RefusedError:
            return
        bead = getattr(found, "parent", "")
        if not bead:
            return


def astray(town: Town, seen: Iterable[Seen]) -> dict[str, str]:
    """Return what became of the branches that are not where they were when submitted."""
    found = ((each.request, _astray(town, each)) for each in seen)
    return {str(request.id): said for request, said in found if said}


def _astray(town: Town, seen: Seen) -> str:
    request = seen.request
    repository = town.ledger_at(seen.rig).repository
    if request.is_closed:
        return ""
    if not repository.has(request.head):
        return f"{request.head[:12]} is missing"
    tips = [repository.ref(f"{place}{request.branch}") for place in _PLACES]
    if not any(tips):
        return f"{request.branch} is gone; {request.head[:12]} is kept"
    if request.head not in tips:
        return f"{request.branch} moved on; {request.head[:12]} is what lands"
    return ""
