"""Who is to be started: a pure plan over the hooks and the sessions of one rig."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

# A bead whose agent ended so often without moving its branch is no job for another try
# (Gas Town's respawn breaker).
MAX_STARTS: Final = 3


class SessionState(StrEnum):
    """How an agent's session is doing."""

    NONE = "none"
    RUNNING = "running"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Seat:
    """A bead on an agent's hook.

    ``starts`` counts the sessions that were started for it since its branch last moved;
    ``at_it`` says that the agent's last session was one of these.
    """

    address: str
    bead: str
    session: SessionState
    starts: int = 0
    said: str = ""
    at_it: bool = False


@dataclass(frozen=True, slots=True)
class Start:
    """Make the sandbox and start the session."""

    address: str
    bead: str


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Take the bead off the hook, and tell a person."""

    address: str
    bead: str
    reason: str


Act: TypeAlias = Start | GiveUp


def plan(seats: Sequence[Seat], *, rig: str, running: int, limit: int) -> list[Act]:
    """Return whom to start and whom to give up, given *running* sessions of *limit*.

    People hold what they like, and start by themselves.
    """
    acts: list[Act] = []
    free = max(0, limit - running)
    taken: set[str] = set()
    for seat in sorted(seats, key=lambda each: (not each.at_it, each.bead)):
        reason = _hopeless(seat, rig, taken)
        taken.add(seat.address)
        if reason:
            acts.append(GiveUp(seat.address, seat.bead, reason))
        elif is_polecat(seat.address) and seat.session is not SessionState.RUNNING and free:
            acts.append(Start(seat.address, seat.bead))
            free -= 1
    return acts


def _hopeless(seat: Seat, rig: str, taken: set[str]) -> str:
    """Return why this bead gets nowhere on this hook; empty if it may."""
    if "/" in seat.address and not seat.address.startswith(f"{rig}/"):
        return f"{seat.address} is not of {rig}"
    if not is_polecat(seat.address):
        return ""
    if seat.address in taken:
        return f"{seat.address} has another bead on its hook"
    if seat.session is not SessionState.RUNNING and seat.starts >= MAX_STARTS:
        return _worn_out(seat)
    return ""


def _worn_out(seat: Seat) -> str:
    text = f"{seat.starts} sessions ended and no commit closed the bead"
    return f"{text}; of the last one: {seat.said}" if seat.said else text


def is_polecat(address: str) -> bool:
    """Tell whether sessions are started for *address*; people start their own."""
    words = address.split("/")
    return len(words) == 3 and words[1] == "polecats"
