"""The merge queue as the ledger tells it, and the three ends of a request.

It lands, it has nothing to do, or it is sent back. Which, ``model.merge_queue`` decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from gitgt.errors import LedgerConflictError, RefusedError
from gitgt.git import landing
from gitgt.git.landing import Landed
from gitgt.git.links import Incoming
from gitgt.git.repository import Repository, Signature
from gitgt.git.transaction import RefMove
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.dispatch import is_polecat
from gitgt.model.documents import (
    Agent,
    Bead,
    Comment,
    Document,
    Escalation,
    MergeRequest,
    Outcome,
    Severity,
    in_order,
)
from gitgt.model.ids import BeadId
from gitgt.model.instant import seconds_of
from gitgt.model.lifecycle import BeadStatus, BeadVerb, EscalationStatus, MergeStatus
from gitgt.model.queue.merge_chain import Link
from gitgt.model.wording import fit_line, fit_text
from gitgt.services import sling, submit
from gitgt.services.agents.hook import hooks
from gitgt.services.integration import landing as landing_of
from gitgt.services.integration import refreshing
from gitgt.services.queue import stranded
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

WHO: Final = Actor.role("refinery")
# After so many revisions that came back a person is asked.
MAX_REVISIONS: Final = 5
# After so many conflicts one is: whoever is sent back that often is overtaken each time.
MAX_CONFLICTS: Final = 3


@dataclass(frozen=True, slots=True)
class Target:
    """A branch that requests want to land on."""

    rig: Rig
    branch: str

    @property
    def ref(self) -> str:
        """The branch as a full ref."""
        return f"refs/heads/{self.branch}"


def targets(rig: Rig, now: Snapshot) -> list[Target]:
    """Return the branches that something waits to land on, the rig's own first.

    Whoever waits for a branch that is gone is looked at again: it may have come back. So are
    those branches of which it is not known yet whether something has landed.
    """
    status = (MergeStatus.QUEUED, MergeStatus.BLOCKED)
    named = {
        request.target
        for request in now.all(MergeRequest, status=status)
        if request.status == MergeStatus.QUEUED or stranded.is_stranded(request)
    }
    named |= {each.removeprefix("refs/heads/") for each in landing.published(now.repository)}
    others = sorted(named - {rig.branch})
    return [
        Target(rig, each) for each in ([rig.branch] if rig.branch in named else []) + others
    ]


def queued(now: Snapshot, target: Target) -> list[MergeRequest]:
    """Return the requests that wait to land on *target*."""
    return list(now.all(MergeRequest, status=MergeStatus.QUEUED, target=target.branch))


def requests(town: Town, rigs: Iterable[Rig], *, ended: bool) -> list[MergeRequest]:
    """Return the merge requests of *rigs*, those that ended too if asked."""
    status = tuple(MergeStatus) if ended else submit.LIVE
    return [each for rig in rigs for each in _of(town, rig, status)]


def _of(town: Town, rig: Rig, status: tuple[MergeStatus, ...]) -> list[MergeRequest]:
    found = town.ledger_at(rig).snapshot().all(MergeRequest, status=status)
    return sorted(found, key=lambda each: (each.priority, each.queued_at, each.id))


_NOT_LANDING: Final = (
    BeadStatus.CLOSED, BeadStatus.TOMBSTONE, BeadStatus.OPEN, BeadStatus.HOOKED,
)  # fmt: skip


def sort_out(
    now: Snapshot, requests: Sequence[MergeRequest]
) -> tuple[list[MergeRequest], list[tuple[MergeRequest, str]]]:
    """Return the requests that may land, and those that nobody waits for any more, and why.

    In neither is one whose bead is blocked, deferred or unreadable, or whose commits another
    clone has and has not sent: it keeps its place.
    """
    may: list[MergeRequest] = []
    over: list[tuple[MergeRequest, str]] = []
    for request in requests:
        status = _status_of(now, request.source)
        if status == BeadStatus.IN_PROGRESS:
            may += [request] if now.repository.has(request.head) else []
        elif status in _NOT_LANDING:
            over.append((request, f"{request.source} is {status}"))
    return may, over


def _status_of(now: Snapshot, bead: str) -> str:
    try:
        return now.bead(bead).status
    except RefusedError:  # it is gone, or its file cannot be read
        return ""


def withdraw(town: Town, target: Target, request: MergeRequest, why: str) -> None:
    """Take a request out of the queue; what it brought stays pinned."""
    at = town.now()

    def decide(now: Snapshot) -> Change | None:
        old = now.request(request.id)
        if not (old.status == MergeStatus.QUEUED or stranded.is_stranded(old)):
            return None
        if sort_out(now, [old])[1] == []:
            return None
        done = old.replace(status=MergeStatus.WITHDRAWN, reason=why, closed_at=at)
        return Change(f"withdraw {old.id}: {why}", (done,), event="request.withdrawn")

    town.ledger_at(target.rig).transact(decide, WHO)


def incoming(now: Snapshot, requests: Sequence[MergeRequest]) -> dict[str, Incoming]:
    """Return *requests* as they are merged: who, when and what the commit says."""
    return {request.id: _incoming(now, request) for request in requests}


def _incoming(now: Snapshot, request: MergeRequest) -> Incoming:
    who = Actor.agent(request.agent)
    return Incoming(
        request=request.id,
        head=request.head,
        bead=request.source,
        title=request.title,
        author=Signature(who.address, who.email, seconds_of(request.queued_at)),
        branch=request.branch,
        joins=_joins(now, request),
    )


def _joins(now: Snapshot, request: MergeRequest) -> bool:
    """Tell whether an integration branch lands, or is brought up to date with its base.

    Squashed, each would still seem to lack what the other had from it.
    """
    bead = now.find(request.source)
    is_landing = isinstance(bead, Bead) and bead.integration == request.branch
    return is_landing or request.branch == f"{refreshing.LABEL}/{request.source}"


Mover = Callable[[Repository, tuple[RefMove, ...], str], Landed]


def land(
    town: Town, target: Target, base: str, links: Sequence[Link], *, by: Mover = landing.land
) -> Landed:
    """Move the target to the last of *links* and close their beads, in one transaction.

    *by* is what moves the refs. Returns what became of checkouts that stood on the target.

    Raises:
        LedgerConflictError: target or requests are no longer what was tested.
    """
    at = town.now()
    landed = Landed()

    def move(repository: Repository, moves: tuple[RefMove, ...], why: str) -> None:
        nonlocal landed
        landed = by(repository, moves, why)

    def decide(now: Snapshot) -> Change:
        if now.repository.ref(target.ref) != base:
            raise LedgerConflictError(f"{target.branch} moved while it was being tested")
        _check_reachable(now, target, base, links)
        documents: list[Document] = []
        for link in links:
            documents += _landed(now, link, at)
        _check_after(now, documents)
        names = [each.id for each in documents if isinstance(each, Bead)]
        return Change(
            f"land {', '.join(names)}",
            tuple(documents),
            event="batch.landed",
            trailers={"Gt-Landed": links[-1].commit, "Gt-Target": target.branch},
            moves=(RefMove(target.ref, base, links[-1].commit),),
        )

    town.ledger_at(target.rig).transact(decide, WHO, move=move)
    return landed


def _check_reachable(now: Snapshot, target: Target, base: str, links: Sequence[Link]) -> None:
    """Refuse to close a bead with a commit that the target is not going to have.

    Raises:
        RefusedError: one of them does not lead from the base to where the target is to go.
    """
    below = base
    for link in links:
        if not now.repository.is_ancestor(below, link.commit):
            raise RefusedError(
                f"{target.branch} would not have what {link.request} lands as: {link.commit}",
                hint="nothing has landed; this is a mistake of gitgt's",
            )
        below = link.commit


def _landed(now: Snapshot, link: Link, at: str) -> tuple[Document, ...]:
    request = now.request(link.request)
    if not _may_land(request) or request.head != link.head:
        raise LedgerConflictError(f"{request.id} changed while it was being tested")
    landing_of.check_whole(now, request)
    how = f"resolved by {link.note}" if link.note else request.reason
    done = request.replace(
        status=MergeStatus.LANDED, landed=link.commit, closed_at=at, reason=how
    )
    return (_closed(now.bead(request.source), link.commit, at), done)


def _may_land(request: MergeRequest) -> bool:
    return request.status == MergeStatus.QUEUED and not request.held


def _check_after(now: Snapshot, documents: Sequence[Document]) -> None:
    """Check that no request lands without those of its ledger that it is to land after."""
    together = {each.id for each in documents}
    for each in documents:
        for needed in each.dependencies if isinstance(each, MergeRequest) else ():
            is_here = needed.on.prefix == each.id.prefix
            if is_here and needed.on not in together and not _has_landed(now, needed.on):
                raise LedgerConflictError(f"{each.id} is to land after {needed.on} now")


def _has_landed(now: Snapshot, request: BeadId) -> bool:
    found = now.find(request)
    return found is not None and found.status in (MergeStatus.LANDED, MergeStatus.NO_OP)


def _closed(bead: Bead, landed: str, at: str, reason: str = "") -> Bead:
    return bead.after(
        BeadVerb.LAND,
        landed=landed,
        outcome=Outcome.SUCCESS,
        closed_at=at,
        closed_by=bead.assignee,
        reason=reason,
    )


def skip(town: Town, target: Target, base: str, request: MergeRequest) -> None:
    """Close a request, and its bead, that brings nothing that the target has not at *base*.

    Raises:
        LedgerConflictError: the target has moved since.
    """
    at = town.now()

    def decide(now: Snapshot) -> Change | None:
        old = now.request(request.id)
        if not _may_land(old) or old.head != request.head:
            return None
        if now.repository.ref(target.ref) != base:
            raise LedgerConflictError(f"{target.branch} moved meanwhile")
        why = f"{target.branch} has all of it already"
        done = old.replace(status=MergeStatus.NO_OP, reason=why, closed_at=at)
        bead = _closed(now.bead(old.source), base, at, why)
        return Change(f"{bead.id}: {why}", (bead, done), event="bead.landed")

    town.ledger_at(target.rig).transact(decide, WHO)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a request goes back: ``status`` is conflict or rejected. ``said`` is kept with it."""

    status: MergeStatus
    reason: str
    findings: str
    said: tuple[Comment, ...] = ()


def send_back(town: Town, target: Target, request: MergeRequest, verdict: Verdict) -> None:
    """Give a request back to its author with what was found; in the end to a person."""
    reason, findings = fit_line(verdict.reason), fit_text(verdict.findings[-16_000:])
    number = town.new_id(target.rig.prefix, "es")
    at = town.now()

    def decide(now: Snapshot) -> Change | None:
        old = now.request(request.id)
        if not _may_land(old) or old.head != request.head:
            return None
        more = int(verdict.status is MergeStatus.CONFLICT)
        back = old.replace(
            status=verdict.status, reason=reason, findings=findings,
            conflicts=old.conflicts + more, returns=old.returns + 1, proposed="",
            comments=in_order({*old.comments, *verdict.said}),
        )  # fmt: skip
        if back.revision >= MAX_REVISIONS or (more and back.conflicts >= MAX_CONFLICTS):
            return _handed_over(back, number, at)
        bead, *agents = hooked_again(town, target.rig, now, old, reason)
        return Change(
            f"send back {bead.id}: {reason}",
            (bead, back, *agents),
            event="bead.sent-back",
        )

    town.ledger_at(target.rig).transact(decide, WHO)


def hooked_again(
    town: Town, rig: Rig, now: Snapshot, request: MergeRequest, reason: str
) -> tuple[Document, ...]:
    """Return the bead on its author's hook; if that is taken, on another's, who may be new."""
    bead = now.bead(request.source)
    if refreshing.waits_openly(now, bead, request):
        return (bead.after(BeadVerb.RELEASE, reason=reason),)
    if not is_polecat(bead.assignee) or bead.assignee not in hooks(now):
        return (bead.after(BeadVerb.SEND_BACK, reason=reason),)
    agent, is_new = sling.choose(town, rig, now, sling.Order(), WHO)
    again = bead.after(BeadVerb.SEND_BACK, reason=reason, assignee=agent.address)
    fresh: tuple[Agent, ...] = (agent,) if is_new else ()
    return (again, *fresh)


def _how_often(back: MergeRequest) -> str:
    if back.status is MergeStatus.CONFLICT and back.conflicts >= MAX_CONFLICTS:
        return f"{back.source} has conflicted {back.conflicts} times: {back.reason}"
    return f"{back.source} came back {back.revision} times: {back.reason}"


def _handed_over(back: MergeRequest, number: BeadId, at: str) -> Change:
    escalated = back.replace(status=MergeStatus.ESCALATED)
    call = Escalation(
        id=number,
        type="escalation",
        title=fit_line(_how_often(back)),
        status=EscalationStatus.OPEN,
        severity=Severity.HIGH,
        about=back.id,
        description=back.findings,
        created_at=at,
        created_by=WHO.address,
    )
    return Change(
        f"escalate {back.source}: {back.reason}", (escalated, call), event="bead.escalated"
    )
