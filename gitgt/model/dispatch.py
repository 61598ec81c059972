"""Who is to be started: a pure plan over the hooks and the sessions of one rig.

A bead that comes back brings commits, so it is known with whom it collides. It lets those go
first that are at work or in the queue: two that collide are done one after the other.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Final, TypeAlias

from gitgt.values import dataclass

# A bead whose agent ended so often without moving its branch is no job for another try
# (Gas Town's respawn breaker).
MAX_STARTS: Final = 3
# One that moves its branch has more, and not endless: it may never say that it is done.
MAX_SESSIONS: Final = 12
# A bead that was given up so often is blocked: somebody is to look before it is tried again.
MAX_FAILURES: Final = 3
# So many sessions a ralph loop has, unless its bead or the settings say otherwise.
ROUNDS: Final = 50
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
    that one could not even begin. ``yields_to`` are the beads that it would collide with.
    ``broke`` says which cap keeps it from being worked on, and ``until_paid`` is in how many
    seconds that will be another one; 0: only a person changes it.
    ``failures`` counts how often it was given up before. In a ralph loop, which has so many
    ``rounds``, a session that ended by itself is none of those that ``starts`` and
    ``sessions`` count, but one of the ``gone`` rounds. ``elsewhere`` says that a session of
    another machine is at it, for all that is known here. ``provisional`` says that another
    clone may yet have claimed it first: no remote has settled that.
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
    yields_to: frozenset[str] = frozenset()
    broke: str = ""
    until_paid: float = 0.0
    failures: int = 0
    rounds: int = 0
    gone: int = 0
    elsewhere: bool = False
    provisional: bool = False

    @property
    def comes_back(self) -> bool:
        """Tell whether somebody is to be started who was not yet, for what may have commits."""
        is_free = self.state is not SessionState.RUNNING and not self.at_it and not self.fault
        return is_free and is_polecat(self.address)

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
    """Take the bead off the hook, and tell a person.

    If it ``failed``, it was tried as often as one agent may: that is counted.
    """

    address: str
    bead: str
    reason: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """Take the bead off the hook until a person says that it is to be tried again."""

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


@dataclass(frozen=True, slots=True)
class Hold:
    """Start nobody before these are through, with which the bead collides."""

    address: str
    bead: str
    after: tuple[str, ...]


Act: TypeAlias = Start | GiveUp | Block | Release | Wait | Hold


def plan(
    seats: Sequence[Seat],
    *,
    rig: str,
    running: int,
    limit: int,
    at_work: Collection[str] = (),
) -> list[Act]:
    """Return whom to start and whom to give up, given *running* sessions of *limit*.

    People hold what they like, and start by themselves. *at_work* are the beads that a session
    works on, or that wait to land.
    """
    acts: list[Act] = []
    free = max(0, limit - running)
    taken: set[str] = set()
    going = set(at_work)
    for seat in sorted(seats, key=lambda each: (not each.at_it, each.bead)):
        act = _act(seat, _hopeless(seat, rig, taken), going)
        taken.add(seat.address)
        if isinstance(act, Start):
            if not free:
                continue
            free -= 1
            going.add(seat.bead)
        if act is not None:
            acts.append(act)
    return acts


def waits_for(
    collides: Collection[str], *, first: Collection[str] | None, waited: float, patience: float
) -> frozenset[str]:
    """Return whom a bead that comes back still lets go first.

    Those that it met when it came back, its *first* ones, and nobody who came later; and not
    for longer than *patience*. So it always gets its turn.
    """
    if waited >= patience:
        return frozenset()
    return frozenset(collides if first is None else {*collides} & {*first})


def _act(seat: Seat, hopeless: str, going: Collection[str]) -> Act | None:
    """Return what is to be done about a bead on a hook, if there is a place for its session."""
    if hopeless:
        return GiveUp(seat.address, seat.bead, hopeless)
    if seat.elsewhere or seat.provisional:
        return None
    if worn_out := _worn_out(seat):
        return _failed(seat, worn_out)
    if not is_polecat(seat.address) or seat.state is SessionState.RUNNING:
        return None
    if seat.fault:
        return Release(seat.address, seat.bead, seat.fault)
    if wait := max(seat.pause, seat.until_paid):
        return Wait(seat.address, seat.bead, wait)
    ahead = seat.yields_to & set(going) if seat.comes_back else ()
    if ahead:
        return Hold(seat.address, seat.bead, tuple(sorted(ahead)))
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
    return seat.broke if not seat.until_paid else ""


def _worn_out(seat: Seat) -> str:
    """Return how often it was tried in vain, if that is as often as it may be."""
    is_at_rest = is_polecat(seat.address) and seat.state is not SessionState.RUNNING
    if not is_at_rest or seat.fault:
        return ""
    if seat.rounds and seat.gone >= seat.rounds:
        return f"{seat.gone} rounds of its loop ended and no commit closed the bead"
    if seat.starts < MAX_STARTS and seat.sessions < MAX_SESSIONS:
        return ""
    count = max(seat.starts, seat.sessions)
    text = f"{count} sessions ended and no commit closed the bead"
    return f"{text}; of the last one: {seat.said}" if seat.said else text


def _failed(seat: Seat, why: str) -> GiveUp | Block:
    """Give a bead back; one that nobody gets done, or whose loop is over, is blocked."""
    if seat.rounds and seat.gone >= seat.rounds:
        return Block(seat.address, seat.bead, why)
    if (count := seat.failures + 1) >= MAX_FAILURES:
        return Block(seat.address, seat.bead, f"given up {count} times, now since {why}")
    return GiveUp(seat.address, seat.bead, why, failed=True)


def is_polecat(address: str) -> bool:
    """Tell whether sessions are started for *address*; people start their own."""
    words = address.split("/")
    return len(words) == 3 and words[1] == "polecats"
