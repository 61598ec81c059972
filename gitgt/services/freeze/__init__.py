"""The emergency brake: while it is on, nobody is started, restarted or nudged.

Whoever starts somebody, or loses patience with somebody, asks here first. It is a cheap
question: a file is looked for, and mostly not there.
"""

from __future__ import annotations

from gitgt.errors import BusyError
from gitgt.ledger.freezes import Freezes
from gitgt.model import freezes
from gitgt.model.freezes import Freeze
from gitgt.services.town import Rig, Town

__all__ = ["Freeze", "check", "frozen", "frozen_seconds"]


def frozen(town: Town, rig: Rig | None = None) -> Freeze | None:
    """Return what freezes *rig*, or the town's own agents; None if nothing does."""
    return freezes.on(Freezes(town.repository).all(), rig.name if rig else "")


def frozen_seconds(
    town: Town, rig: Rig | None, *, since: float, until: float | None = None
) -> float:
    """Return for how much of the time from *since* to *until* (now) *rig* was frozen.

    Nobody can be blamed for what was not done meanwhile.
    """
    end = town.clock() if until is None else until
    name = rig.name if rig else ""
    return freezes.seconds(Freezes(town.repository).all(), name, since=since, until=end)


def check(town: Town, rig: Rig | None = None) -> None:
    """Check that somebody may be started in *rig*, or of the town's own agents.

    Raises:
        BusyError: it is frozen.
    """
    found = frozen(town, rig)
    if found is not None:
        raise BusyError(
            f"{found.place} is frozen: {found.why or 'an emergency stop'}",
            hint="git gt thaw",
        )
