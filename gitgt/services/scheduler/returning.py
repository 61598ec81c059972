"""What was given out and whose session could not begin goes back into the line.

Taking the bead off the hook and opening its context again is one commit.
"""

from __future__ import annotations

from gitgt.errors import RefusedError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.capacity import MAX_FAILURES
from gitgt.model.documents import SlingContext
from gitgt.model.ids import BeadId
from gitgt.model.lifecycle import BeadVerb, SlingStatus
from gitgt.model.wording import fit_line
from gitgt.services.scheduler import contexts, dispatching
from gitgt.services.town import Rig, Town


def give_back(
    town: Town, rig: Rig, bead: BeadId, address: str, who: Actor, *, reason: str
) -> None:
    """Take a bead off the hook of *address*, where its session could not begin.

    What waited for its place waits again, with one failure more; what was put on that hook
    by hand is just off it.

    Raises:
        RefusedError: it is not there.
    """
    present = _given_out(town.ledger_at(rig).snapshot(), rig, bead)
    if present is not None and present.failures + 1 >= MAX_FAILURES:
        dispatching.tell_broken(town, rig, bead, reason)

    def decide(now: Snapshot) -> Change:
        old = now.bead(bead)
        if old.assignee != address:
            raise RefusedError(f"{bead} is not on the hook of {address}")
        new = old.after(BeadVerb.RELEASE, reason=fit_line(reason))
        context = _given_out(now, rig, bead)
        again = () if context is None else (contexts.failed(town, context, reason),)
        return Change(f"release {bead}: {reason}", (new, *again), event="bead.released")

    town.ledger_at(rig).transact(decide, who)


def _given_out(now: Snapshot, rig: Rig, bead: BeadId) -> SlingContext | None:
    found = contexts.of(now, rig, bead)
    return found if found is not None and found.status is SlingStatus.DISPATCHED else None
