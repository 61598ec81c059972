"""Who is to be started: a pure plan over the hooks and the sessions of one rig."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

# A bead whose agent ended so often without moving its branch is no job for another try
# (Gas Town's respawn breaker).
MAX_STARTS: Final = 3
# One that moves its branch has more, and not endless: it may never say that it is done.
MAX_SESSIONS: Final = 12
_LONGEST_PAUSE: Final = 300.0


def pause_before(session: int) -> float:
    """Return how long after the one before it an assignment's *session*-th is to start."""
    doublings = session - MAX_STARTS - 1
    return 0.0 if doublings < 0 else min(_LONGEST_PAUSE, 2.0**doublings)


class SessionState(StrEnum):
    """How an agent's session is doing."""

    NONE = "none"
    RUNNING = "running"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Seat:
    """A bead on an agent's hook.

    ``starts`` counts the sessions that were started for it since its branch last moved,
    ``sessions`` all since it was slung or came back, and ``since`` the seconds from the last
    start; ``at_it`` says that the agent's last session was one of these, and ``fault`` why
    that one could not even begin.
    """

    address: str
    bead: str
    state: SessionState
    starts: int = 0
    said: str = ""
    at_it: bool = False
    sessions: int = 0
    since: float = math.inf
    fault: str = ""

    @property
    def pause(self) -> float:
        """For how many seconds nobody is to be started; a clock may be set back."""
        left = pause_before(self.sessions + 1) - self.since
        return max(0.0, left) if self.since >= 0 else 0.0


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


@dataclass(frozen=True, slots=True)
class Release:
    """Take the bead off the hook of an agent whose session could not begin."""

    address: str
    bead: str
    reason: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Start nobody for so many seconds."""

    address: str
    bead: str
    seconds: float


Act: TypeAlias = Start | GiveUp | Release | Wait


def plan(seats: Sequence[Seat], *, rig: str, running: int, limit: int) -> list[Act]:
    """Return whom to start and whom to give up, given *running* sessions of *limit*.

    People hold what they like, and start by themselves.
    """
    acts: list[Act] = []
    free = max(0, limit - running)
    taken: set[str] = set()
    for seat in sorted(seats, key=lambda each: (not each.at_it, each.bead)):
        act = _act(seat, _hopeless(seat, rig, taken))
        taken.add(seat.address)
        if isinstance(act, Start):
            if not free:
                continue
            free -= 1
        if act is not None:
            acts.append(act)
    return acts


def _act(seat: Seat, hopeless: str) -> Act | None:
    """Return what is to be done about a bead on a hook, if there is a place for its session."""
    if hopeless:
        return GiveUp(seat.address, seat.bead, hopeless)
    if not is_polecat(seat.address) or seat.state is SessionState.RUNNING:
        return None
    if seat.fault:
        return Release(seat.address, seat.bead, seat.fault)
    if seat.pause:
        return Wait(seat.address, seat.bead, seat.pause)
    return Start(seat.address, seat.bead)


def _hopeless(seat: Seat, rig: str, taken: set[str]) -> str:
    """Return why this bead gets nowhere on this hook; empty if it may."""
    if "/" in seat.address and not seat.address.startswith(f"{rig}/"):
        return f"{seat.address} is not of {rig}"
    if not is_polecat(seat.address):
        return ""
    if seat.address in taken:
        return f"{seat.address} has another bead on its hook"
    if seat.state is SessionState.RUNNING or seat.fault:
        return ""
    if seat.starts >= MAX_STARTS or seat.sessions >= MAX_SESSIONS:
        return _worn_out(seat)
    return ""


def _worn_out(seat: Seat) -> str:
    count = max(seat.starts, seat.sessions)
    text = f"{count} sessions ended and no commit closed the bead"
    return f"{text}; of the last one: {seat.said}" if seat.said else text


def is_polecat(address: str) -> bool:
    """Tell whether sessions are started for *address*; people start their own."""
    words = address.split("/")
    return len(words) == 3 and words[1] == "polecats"
