"""Bring what landed on the base meanwhile to an integration branch: as work, through the queue.

The work is a bead below the epic, so the epic does not land before it. Where nothing conflicts
the base itself is handed in for it; else it waits for somebody who merges by hand.
"""

from __future__ import annotations

from typing import Final

from gitgt.errors import RefusedError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.documents import Bead, MergeRequest, WorkType
from gitgt.model.lifecycle import BeadStatus, MergeStatus
from gitgt.services import submit
from gitgt.services.integration import landing, opening
from gitgt.services.integration.branches import LIVE
from gitgt.services.integration.standing import View
from gitgt.services.submit import Submission
from gitgt.services.town import Town
from gitgt.values import dataclass

# Labels the bead, and begins the branch, that brings an integration branch up to date.
LABEL: Final = "refresh"
_CHILD: Final = 36**4


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What brings the branch up to date: None if it is. ``request`` is None if it waits."""

    view: View
    bead: Bead | None = None
    request: MergeRequest | None = None


def refresh(town: Town, name: str, who: Actor) -> Refreshed:
    """Bring the base of an epic's integration branch into it; once, however often asked.

    Raises:
        NotAllowedError: an agent asks for it.
        RefusedError: there is no such branch, or no base any more.
    """
    opening.check(who)
    view = landing.find(town, name)
    seen = view.standing
    if seen.closed or not seen.tip or not seen.base_tip:
        why = next(iter(seen.missing()))
        raise RefusedError(
            f"{seen.branch} cannot be brought up to date: {why}",
            hint=f"git gt mq integration status {view.epic.id}",
        )
    return bring_in(town, view, who)


def bring_in(town: Town, view: View, who: Actor) -> Refreshed:
    """Do what is due for *view*, of which both branches are there."""
    now = town.ledger_at(view.rig).snapshot()
    bead = under_way(now, view.epic)
    if bead is None and (not view.standing.behind or _was_brought_in(now, view)):
        return Refreshed(view)
    if bead is None:
        bead = _make(town, view, who)
    request = submit.live_request(town.ledger_at(view.rig).snapshot(), bead.id)
    if bead.status == BeadStatus.OPEN and _may_go(view, request):
        wanted = Submission(bead.id, f"{LABEL}/{bead.id}", view.standing.base_tip)
        request = submit.submit(town, wanted, who)
    waits = request is None or request.status != MergeStatus.QUEUED
    return Refreshed(view, bead, None if waits else request)


def _may_go(view: View, request: MergeRequest | None) -> bool:
    """Tell whether the base may be handed in: nothing conflicts, and it did not come back."""
    seen = view.standing
    return not seen.conflicts and (request is None or request.head != seen.base_tip)


def _was_brought_in(now: Snapshot, view: View) -> bool:
    """Tell whether the branch has all that its base has, though not all of its commits."""
    ended = now.all(
        MergeRequest,
        status=(MergeStatus.LANDED, MergeStatus.NO_OP),
        target=view.standing.branch,
    )
    return any(each.head == view.standing.base_tip for each in ended)


def under_way(now: Snapshot, epic: Bead) -> Bead | None:
    """Return the bead that brings the branch of *epic* up to date, if there is one."""
    for name in now.index.parts(now.commit, epic.id):
        for each in now.all(Bead, id=name, status=LIVE):
            if LABEL in each.labels and each.target == epic.integration:
                return each
    return None


def _make(town: Town, view: View, who: Actor) -> Bead:
    epic, seen = view.epic, view.standing
    fresh = Bead(
        id=epic.id.child(town.draw(_CHILD)),
        type=WorkType.CHORE,
        title=f"Bring {seen.branch} up to date with {seen.base}",
        status=BeadStatus.OPEN,
        priority=epic.priority,
        parent=str(epic.id),
        target=seen.branch,
        labels=(LABEL,),
        description=_told(view),
        created_at=town.now(),
        created_by=who.address,
    )

    def decide(now: Snapshot) -> Change | None:
        if under_way(now, epic) is not None:
            return None
        return Change(f"create {fresh.id}: {fresh.title}", (fresh,), event="bead.created")

    found = under_way(town.ledger_at(view.rig).transact(decide, who), epic)
    assert found is not None
    return found


def _told(view: View) -> str:
    seen = view.standing
    told = f"What lands must hold all of {seen.base} and all of {seen.branch}: merge them."
    return "\n".join([told, *(f"In conflict: {each}" for each in seen.conflicts)])


def waits_openly(now: Snapshot, bead: Bead, request: MergeRequest) -> bool:
    """Tell whether *bead* goes back to nobody's hook: it was handed in for the epic itself."""
    return landing.is_landing(now, request) or request.branch == f"{LABEL}/{bead.id}"
