"""Processes of agents that have no session any more: found, and left alone."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from gitgt.model.dispatch import SessionState
from gitgt.runtime import identity
from gitgt.runtime.environment import town_mark
from gitgt.runtime.process import TOWN_MARK
from gitgt.services.sessions import sessions
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Stray:
    """A process that carries the mark of an agent without a session."""

    pid: int
    address: str
    name: str

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


def every(town: Town) -> list[Stray]:
    """Return the processes that carry the mark of an agent that has no session."""
    family = identity.family()
    places: list[Rig | Town] = [town, *town.rigs_here().values()]
    quiet = [
        address
        for place in places
        for address, seen in sessions.look_all(place).items()
        if seen.state is not SessionState.RUNNING
    ]
    found = [
        who for who in identity.marked(TOWN_MARK, town_mark(town.root)) if who.pid not in family
    ]
    return [
        Stray(who.pid, address, identity.name_of(who.pid))
        for who in found
        for address in quiet
        if identity.carries(who.pid, "GT_AGENT", address)
    ]
