"""Where an agent sits: whose sessions its own are among, and where it works."""

from __future__ import annotations

from pathlib import Path

from gitgt.errors import RefusedError
from gitgt.model.address import Address, Role
from gitgt.services.agents import sandbox
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Seat:
    """The place of one agent, be it at work or not."""

    address: str
    place: Rig | Town
    worktree: Path

    @property
    def rig(self) -> Rig | None:
        """The rig that it belongs to; None stands for the town."""
        return None if isinstance(self.place, Town) else self.place


def seat_of(town: Town, address: str) -> Seat:
    """Return where the agent at *address* sits, whose role's word must be in it.

    Raises:
        RefusedError: it is no address.
        NotFoundError: it names a rig that is not there.
    """
    found = Address.parse(address)
    if found.role is None:
        raise RefusedError(
            f"{address} may be several", hint=f"one of {', '.join(found.spellings)}"
        )
    name = str(found)
    if not found.rig:
        return Seat(name, town, town.root / name)
    rig = town.rig(found.rig)
    if found.role in (Role.CREW, Role.POLECAT):
        return Seat(name, rig, sandbox.path_of(rig, name))
    return Seat(name, rig, rig.path / str(found.role))
