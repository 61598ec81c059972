"""Take out of the line what is not to be given out any more; the beads stay as they are."""

from __future__ import annotations

from gitgt.errors import NotFoundError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.documents import SlingContext
from gitgt.model.lifecycle import SlingStatus
from gitgt.services import reading
from gitgt.services.scheduler import contexts
from gitgt.services.town import Rig, Town


def clear(town: Town, name: str, who: Actor) -> list[SlingContext]:
    """Let the bead called *name*, or for no name all that waits, wait no longer; return it.

    Raises:
        NotFoundError: that one does not wait.
    """
    if not name:
        return [each for rig in town.rigs_here().values() for each in _cleared(town, rig, who)]
    bead = reading.identify(town, name)
    rig = town.rig_of(bead)
    done = [] if rig is None else _cleared(town, rig, who, bead)
    if not done:
        raise NotFoundError(f"{bead} does not wait for a place", hint="git gt scheduler list")
    return done


def _cleared(town: Town, rig: Rig, who: Actor, bead: str = "") -> list[SlingContext]:
    done: list[SlingContext] = []

    def decide(now: Snapshot) -> Change | None:
        found = [each for each in contexts.waiting(now) if bead in ("", each.source)]
        why = f"by {who.address}"
        done[:] = [contexts.ended(town, each, SlingStatus.CLEARED, why) for each in found]
        if not done:
            return None
        what = done[0].source if len(done) == 1 else f"{len(done)} beads"
        return Change(f"clear {what}: no place is wanted", tuple(done), event="sling.cleared")

    town.ledger_at(rig).transact(decide, who)
    return done
