"""Land an integration branch: a request like any other, once all of its epic is there.

Its head is the branch, its source the epic, its target the base; so gates run, a kill does no
harm, and asking twice asks once. What opens meanwhile takes it out of the queue again.
"""

from __future__ import annotations

from collections.abc import Iterable

from gitgt.errors import LedgerConflictError, RefusedError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.documents import Bead, MergeRequest, Severity
from gitgt.model.lifecycle import BeadStatus, BeadVerb, MergeStatus
from gitgt.services import submit
from gitgt.services.escalation import escalations
from gitgt.services.integration import branches, opening, standing
from gitgt.services.integration.branches import LIVE
from gitgt.services.integration.standing import View
from gitgt.services.submit import Submission
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking: ``request`` is None on a dry run, or if it has landed before."""

    view: View
    request: MergeRequest | None = None


def land(town: Town, name: str, who: Actor, *, dry_run: bool = False) -> Asked:
    """Hand in the integration branch of the epic that *name* means; once, however often asked.

    Raises:
        NotAllowedError: an agent asks for it.
        RefusedError: it has no such branch, or something is still missing.
    """
    opening.check(who)
    view = find(town, name)
    if view.standing.landed or view.is_landing:
        return Asked(view, view.request)
    if not view.standing.is_ready:
        raise RefusedError(
            f"{view.standing.branch} cannot land: {'; '.join(view.standing.missing())}",
            hint=_way_out(view),
        )
    return Asked(view) if dry_run else Asked(view, hand_in(town, view, who))


def find(town: Town, name: str) -> View:
    """Return how the integration branch of the epic that *name* means stands.

    Raises:
        RefusedError: it is no epic with such a branch.
    """
    rig, epic = opening.find(town, name)
    if not epic.integration:
        raise RefusedError(
            f"{epic.id} has no integration branch",
            hint=f"git gt mq integration create {epic.id}",
        )
    return standing.look(town, rig, epic)


def _way_out(view: View) -> str:
    epic, seen = view.epic.id, view.standing
    if seen.conflicts:
        return f"git gt mq integration refresh {epic}"
    if not seen.tip:
        return f"git gt mq integration create {epic}"
    if not view.epic.is_closed and not seen.ahead and not any(seen.unfinished()):
        return f"git gt bead close {epic}"
    return f"git gt mq integration status {epic}"


def hand_in(town: Town, view: View, who: Actor) -> MergeRequest:
    """Submit the branch as it stands now."""
    wanted = Submission(view.epic.id, view.standing.branch, view.standing.tip)
    return submit.submit(town, wanted, who)


def is_landing(now: Snapshot, request: MergeRequest) -> bool:
    """Tell whether *request* wants to land the integration branch of its own source."""
    found = now.find(request.source)
    return isinstance(found, Bead) and found.integration == request.branch


def check_whole(now: Snapshot, request: MergeRequest) -> None:
    """Check at the last moment that nothing of the epic was opened while it was tested.

    Raises:
        LedgerConflictError: something was.
    """
    if not is_landing(now, request):
        return
    parts = now.index.parts(now.commit, request.source)
    is_open = any(each.status in LIVE for each in now.rows(id=parts)) if parts else False
    if is_open or any(now.all(MergeRequest, status=submit.LIVE, target=request.branch)):
        raise LedgerConflictError(f"{request.source} grew while it was being tested")


def review_all(
    town: Town, now: Snapshot, requests: Iterable[MergeRequest], who: Actor
) -> bool:  # fmt: skip
    """Take landings back whose epic is not finished any more, let others follow their branch.

    Returns whether anything had to be done.
    """
    collecting = {(str(each.id), each.integration) for each in branches.epics(now)}
    landings = [
        each
        for each in requests
        if (each.source, each.branch) in collecting and each.status == MergeStatus.QUEUED
    ]
    for each in landings:  # who is told that it came back sees it go on
        escalations.settle(town, town.rig_of(each.id), who, about=each.source)
    seen = [_review(town, each, who) for each in landings]
    return any(seen)


def _review(town: Town, request: MergeRequest, who: Actor) -> bool:
    view = find(town, request.source)
    missing = "; ".join(view.standing.unfinished())
    if missing:
        return _take_back(town, request, missing, who)
    if view.standing.tip in ("", request.head) or not view.standing.ahead:
        return False
    hand_in(town, view, who)
    return True


def tell(town: Town, rig: Rig, request: MergeRequest, why: str, who: Actor) -> None:
    """Call for a person if it was a landing that went back: it is on nobody's hook."""
    if is_landing(town.ledger_at(rig).snapshot(), request):
        title = f"{request.branch} did not land on {request.target}: {why}"
        submit.escalate(
            town, rig, who, severity=Severity.MEDIUM, title=title, about=request.source
        )


def _take_back(town: Town, request: MergeRequest, why: str, who: Actor) -> bool:
    at = town.now()

    def decide(now: Snapshot) -> Change | None:
        old = now.request(request.id)
        if old.status != MergeStatus.QUEUED or old.head != request.head:
            return None
        gone = old.replace(status=MergeStatus.WITHDRAWN, reason=why, closed_at=at)
        epic = now.bead(old.source)
        freed = (
            (epic.after(BeadVerb.RELEASE, reason=why),)
            if epic.status in (BeadStatus.HOOKED, BeadStatus.IN_PROGRESS)
            else ()
        )
        subject = f"withdraw {old.id}: {why}"
        return Change(subject, (gone, *freed), event="request.withdrawn")

    town.ledger_of(request.id).transact(decide, who)
    return True
