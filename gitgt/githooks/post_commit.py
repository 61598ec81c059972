"""A commit was made, and no watcher lives to read the note about it."""

from __future__ import annotations

from gitgt.git import markers
from gitgt.git.markers import Assignment
from gitgt.githooks.desk_moved import say_if_astray, take_in
from gitgt.githooks.place import Place
from gitgt.model.actor import Actor
from gitgt.model.ids import BeadId
from gitgt.model.lifecycle import MergeStatus
from gitgt.services import branch, submit


def run(place: Place, _arguments: tuple[str, ...], _said: str) -> None:
    """Take a desk's commit into the ledger; heed what an assignment's commits say.

    Raises:
        RefusedError: the ledger does not take it; the commit stands.
    """
    assignment = place.assignment
    if place.is_desk:
        say_if_astray(place)
        take_in(place)
    elif assignment is not None and not place.is_rebasing:
        _heed(place, assignment)


def _heed(place: Place, assignment: Assignment) -> None:
    now = place.ledger.snapshot()
    ref = f"refs/heads/{assignment.branch}"
    tip = now.repository.ref(ref)
    bead = now.bead(BeadId.parse(assignment.bead))
    if place.rig is None or tip is None or bead.assignee != assignment.agent:
        return
    reading = branch.Reading(place.rig, bead, ref, tip)
    new = branch.heed(place.town, now, reading, Actor.agent(assignment.agent))
    markers.mark_begun(place.git_dir)
    if new:
        _tell_conflict(place, bead.id)


def _tell_conflict(place: Place, bead: BeadId) -> None:
    """Say at once that what was just submitted does not merge."""
    # Here, not above: most commits hand nothing in, and need not wait for these.
    from gitgt.githooks import conflict
    from gitgt.services.queue import conflicts

    now = place.ledger.snapshot()
    request = submit.live_request(now, bead)
    if request is None or request.status != MergeStatus.QUEUED:
        return
    conflict.tell(conflicts.of(now, request))
