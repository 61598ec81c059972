"""What a pass of the refinery is told before it begins, and what became of it."""

from __future__ import annotations

from gitgt.errors import RefusedError
from gitgt.ledger import genesis
from gitgt.model.documents import MergeRequest
from gitgt.services.ci.room import Room
from gitgt.services.forge import pull_requests
from gitgt.services.forge.issues import sync as issues
from gitgt.services.forge.synced import Synced
from gitgt.services.queue import holders
from gitgt.services.queue.direct import takes_pushes
from gitgt.services.queue.publish import publishing
from gitgt.services.queue.tuning import tuning


def check(room: Room) -> None:
    """Check that what passes would land where it lasts.

    Raises:
        RefusedError: the rig lands in its town alone, or not where the remote is.
    """
    if tuning(room.town, room.rig).by_forge:
        return
    if not publishing(room.town, room.rig).direct:
        raise RefusedError(
            f"{room.rig.name} lands in its own town alone: merge_queue: land: local",
            hint=f"let it land at the remote, and git gt ci install; {genesis.RIG} says how",
        )
    if not takes_pushes(room.town, room.rig):
        raise RefusedError(
            f"{room.rig.origin} is somebody's checkout, to which nothing is pushed",
            hint="a bare repository takes what lands",
        )


def brake(room: Room) -> list[str]:
    """Return why nothing lands, in words; nothing if things do."""
    how = tuning(room.town, room.rig)
    found = how.brake
    return [f"{found}: {how.why(found)}"] if found else []


def others(room: Room) -> list[str]:
    """Return who else lands where, in words: this pipeline has given its turn back."""
    return [each.told for each in holders.of(room.town, room.rig)]


def propose(room: Room) -> Synced | None:
    """See to the pull requests, if a forge is to merge; None if it is not asked."""
    if not tuning(room.town, room.rig).has_forge:
        return None
    return pull_requests.sync(room.town, room.rig)


def follow(room: Room) -> Synced | None:
    """See to the forge's issues, if the rig wants them; None if it is not asked."""
    found = issues.sync(room.town, room.rig)
    return found if found.forge else None


def requests(room: Room) -> list[MergeRequest]:
    """Return all requests, in the order in which they joined the queue."""
    found = room.town.ledger_at(room.rig).snapshot().all(MergeRequest)
    return sorted(found, key=lambda each: (each.queued_at, each.id))
