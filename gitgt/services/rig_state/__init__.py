"""Whether a rig is worked on: operational, parked on this machine, or docked for all clones.

What is parked says so in a ref that stays here, what is docked in the rig's own ledger, so
that every clone of it knows. Nobody is started in either; what waits to land still lands.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

from gitgt.errors import RefusedError
from gitgt.ledger import signs
from gitgt.model import ids
from gitgt.model.documents import RigIdentity
from gitgt.model.lifecycle import RigStatus
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

PARKED: Final = "refs/gt/parked"


class Kind(StrEnum):
    """How a rig stands."""

    OPERATIONAL = "operational"
    PARKED = "parked"
    UNKNOWN = "unknown"  # in the past: whether it was parked no history holds
    DOCKED = "docked"


@dataclass(frozen=True, slots=True)
class RigStanding:
    """How a rig stands; ``by`` whom, ``why`` and ``since`` when, if it is not operational."""

    kind: Kind = Kind.OPERATIONAL
    by: str = ""
    why: str = ""
    since: str = ""

    @property
    def is_off(self) -> bool:
        """Tell whether nobody is to be started there."""
        return self.kind in (Kind.PARKED, Kind.DOCKED)

    @property
    def told(self) -> str:
        """How it stands, in words."""
        why = f": {self.why}" if self.why else ""
        return f"{self.kind} since {self.since} by {self.by}{why}"

    def fields(self) -> dict[str, Any]:
        """Return it as plain values, empty ones left out."""
        found = {"state": str(self.kind), "by": self.by, "why": self.why, "since": self.since}
        return {name: value for name, value in found.items() if value}


def standing(town: Town, rig: Rig) -> RigStanding:
    """Return how *rig* stands; one that is parked and docked is docked. Starts no process."""
    if not rig.is_here:
        return RigStanding()
    sign = signs.read(town.ledger_at(rig).repository, PARKED)
    parked = RigStanding(Kind.PARKED, sign.by, sign.why, sign.since) if sign else RigStanding()
    return docked(town, rig) or parked


def docked(town: Town, rig: Rig) -> RigStanding | None:
    """Return how *rig* stands if its ledger says that it is docked."""
    ledger = town.ledger_at(rig)
    found = ledger.snapshot().find(ids.rig_id(rig.prefix)) if ledger.exists else None
    if isinstance(found, RigIdentity) and found.status is RigStatus.DOCKED:
        return RigStanding(Kind.DOCKED, found.closed_by, found.reason, found.closed_at)
    return None


def is_off(town: Town, rig: Rig) -> bool:
    """Tell whether nobody is to be started in *rig*: it is parked or docked."""
    return standing(town, rig).is_off


def check_not_docked(town: Town, rig: Rig) -> None:
    """Check that work may be given out in *rig*.

    Raises:
        RefusedError: it is docked.
    """
    found = standing(town, rig)
    if found.kind is Kind.DOCKED:
        why = f": {found.why}" if found.why else ""
        raise RefusedError(
            f"{rig.name} is docked{why}", hint=f"git gt rig undock {rig.name}, then once more"
        )
