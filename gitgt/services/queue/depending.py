"""Merge requests that must land after others, of any target and rig.

What a request waits for is written in it, as the dependencies of a bead are. It is blocked
while one of those is out of the queue, and a person is told when one will never land.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gitgt.errors import NotFoundError, RefusedError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.documents import (
    Dependency,
    DependencyType,
    Escalation,
    MergeRequest,
    Severity,
    linked,
)
from gitgt.model.ids import BeadId
from gitgt.model.lifecycle import EscalationStatus, MergeStatus
from gitgt.model.queue.request_graph import WAITS_FOR, Needed, circle, footing
from gitgt.model.wording import fit_line
from gitgt.services import reading
from gitgt.services.escalation import escalations
from gitgt.services.town import Rig, Town

_WHO: Final = Actor.role("refinery")
_WAITING: Final = (MergeStatus.QUEUED, MergeStatus.BLOCKED)


def needed(town: Town, request: MergeRequest) -> list[Needed]:
    """Return what *request* must land after, as it stands in its own ledger."""
    return [_needed(town, each) for each in _named(request)]


def waits(town: Town, request: MergeRequest) -> list[BeadId]:
    """Return the requests that *request* must land after and that have not landed."""
    return [BeadId(each.id) for each in needed(town, request) if not each.is_done]


def _named(request: MergeRequest) -> list[BeadId]:
    blocks = DependencyType.BLOCKS
    return [each.on for each in request.dependencies if each.type is blocks]


def _needed(town: Town, name: str) -> Needed:
    found = _request(town, name)
    return Needed(name, "") if found is None else Needed(name, found.status, found.reason)


def _request(town: Town, name: str) -> MergeRequest | None:
    try:
        found = town.ledger_of(name).snapshot().from_index(name)
    except RefusedError:  # it is nowhere, or cannot be read
        return None
    return found if isinstance(found, MergeRequest) else None


def depend(
    town: Town, request: BeadId, after: Sequence[BeadId], who: Actor
) -> MergeRequest:  # fmt: skip
    """Let *request* land after all of *after*, which may be of other targets and rigs.

    Raises:
        RefusedError: it has ended, one of them will never land, or each would wait for the
            other.
    """
    check(town, after)

    def decide(now: Snapshot) -> Change | None:
        old = _live(now, request)
        check_circles(town, old.source, after)
        new = linked(old.dependencies, *edges(after))
        if new == old.dependencies:
            return None
        said = f"let {request} land after {', '.join(after)}"
        return Change(said, (old.replace(dependencies=new),), event="request.depended")

    return town.ledger_of(request).transact(decide, who).request(request)


def undepend(
    town: Town, request: BeadId, after: Sequence[BeadId], who: Actor
) -> MergeRequest:  # fmt: skip
    """Let *request* wait no more for those of *after*.

    Raises:
        RefusedError: it has ended, or does not wait for one of them.
    """
    gone = {*edges(after)}

    def decide(now: Snapshot) -> Change:
        old = _live(now, request)
        for each in sorted(gone - {*old.dependencies}):
            raise NotFoundError(
                f"{request} does not wait for {each.on}", hint=f"git gt mq show {request}"
            )
        left = tuple(each for each in old.dependencies if each not in gone)
        said = f"let {request} not wait for {', '.join(after)}"
        return Change(said, (old.replace(dependencies=left),), event="request.undepended")

    return town.ledger_of(request).transact(decide, who).request(request)


def edges(after: Sequence[BeadId]) -> tuple[Dependency, ...]:
    """Return the dependencies that say so."""
    return tuple(Dependency(DependencyType.BLOCKS, each) for each in after)


def check(town: Town, after: Sequence[BeadId]) -> None:
    """Check that something may wait for these.

    Raises:
        RefusedError: one of them will never land.
    """
    for each in after:
        _check_needed(town, each)


def _check_needed(town: Town, name: BeadId) -> None:
    found = _request(town, name)
    if found is None:
        raise NotFoundError(f"{name} is no merge request", hint="git gt mq list")
    if _needed(town, name).is_lost:
        raise RefusedError(f"{name} is {found.status}, and will not land")


def _live(now: Snapshot, name: BeadId) -> MergeRequest:
    found = now.request(name)
    if found.is_closed:
        raise RefusedError(f"{name} is {found.status}", hint="git gt mq list")
    return found


def check_circles(town: Town, bead: str, after: Sequence[BeadId]) -> None:
    """Check that nothing waits for itself if the request of *bead* lands after all of *after*.

    Raises:
        RefusedError: something would.
    """
    for each in after:
        found = _request(town, each)
        around = circle(bead, found.source, lambda n: _needs(town, n)) if found else ()
        if around:
            raise RefusedError(
                f"each would wait for the other: {' after '.join(around)}",
                hint="git gt mq why REQUEST says what one waits for",
            )


def _needs(town: Town, bead: str) -> list[str]:
    """Return what *bead* must land after, by its own word or by its request's."""
    try:
        found = town.ledger_of(bead).snapshot().bead(bead)
    except RefusedError:  # what cannot be read closes no circle
        return []
    request = _request(town, found.merge_request) if found.merge_request else None
    asked = [] if request is None or request.is_closed else waits(town, request)
    sources = [each.source for name in asked if (each := _request(town, name))]
    return [*sources, *reading.lands_after(town, found)]


# --- what the refinery does about it


def settle(town: Town, rig: Rig) -> None:
    """Block the requests of *rig* that wait for one out of the queue, and free the others."""
    now = town.ledger_at(rig).snapshot()
    for request in now.all(MergeRequest, status=_WAITING):
        if request.dependencies or request.status == MergeStatus.BLOCKED:
            _settle(town, rig, request)


def _settle(town: Town, rig: Rig, request: MergeRequest) -> None:
    number = town.new_id(rig.prefix, "es")
    at = town.now()

    def decide(now: Snapshot) -> Change | None:
        old = now.request(request.id)
        if old.status not in _WAITING or not _is_ours(old):
            return None
        stand = footing(needed(town, old))
        why = fit_line(stand.blocked)
        if not why:
            return _freed(now, old, at)
        if (old.status, old.reason) == (MergeStatus.BLOCKED, why):
            return None
        blocked = old.replace(status=MergeStatus.BLOCKED, reason=why)
        told = _call(blocked, number, at) if stand.lost and not _calls(now, old) else None
        documents = (blocked, told) if told else (blocked,)
        return Change(f"block {old.id}: it {why}", documents, event="request.blocked")

    ledger = town.ledger_at(rig)
    if decide(ledger.snapshot()) is not None:
        ledger.transact(decide, _WHO)


def _is_ours(request: MergeRequest) -> bool:
    """Tell whether it is not blocked for another reason than a request that it waits for."""
    return request.status == MergeStatus.QUEUED or request.reason.startswith(WAITS_FOR)


def _freed(now: Snapshot, request: MergeRequest, at: str) -> Change | None:
    if request.status == MergeStatus.QUEUED:
        return None
    queued = request.replace(status=MergeStatus.QUEUED, reason="")
    heard = (
        each.replace(status=EscalationStatus.CLOSED, closed_at=at, reason="it works again")
        for each in _calls(now, request)
    )
    return Change(f"unblock {request.id}", (queued, *heard), event="request.unblocked")


def _calls(now: Snapshot, request: MergeRequest) -> list[Escalation]:
    """Return our open calls about *request*."""
    mine = (_WHO.address, request.id)
    found = now.all(Escalation, status=escalations.OPEN)
    return [each for each in found if (each.created_by, each.about) == mine]


def _call(request: MergeRequest, number: BeadId, at: str) -> Escalation:
    return Escalation(
        id=number,
        type="escalation",
        title=fit_line(f"{request.id} {request.reason}"),
        status=EscalationStatus.OPEN,
        severity=Severity.MEDIUM,
        about=request.id,
        description=f"Let it land all the same: git gt mq undepend {request.id} REQUEST\n"
        f"Or give it back to its author: git gt mq reject {request.id} --reason '...'\n",
        created_at=at,
        created_by=_WHO.address,
    )
