"""What may be odd about an agent, what tells so, and what is done then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeAlias

from gitgt.values import dataclass


class Kind(StrEnum):
    """What is odd."""

    DEAD_SESSION = "dead-session"
    DEAD_PROCESS = "dead-process"
    HUNG = "hung"
    IDLE = "idle-with-work"
    STARTUP_STALL = "startup-stall"
    STUCK_IN_DONE = "stuck-in-done"
    HALF_DONE = "half-done"
    CLOSED_ALIVE = "closed-but-alive"
    OFF_HOOK_ALIVE = "off-hook-but-alive"
    ROUND_OVER = "round-over"
    ORPHANED = "orphaned-bead"
    ABANDONED = "abandoned-work"
    UNSAVED = "unsaved"
    UNSENT = "unsent"
    STASHED = "stashed"
    ASKS = "asks"
    CALLS = "calls-for-a-person"
    LIMITED = "limited"
    HELD = "held"
    BY_HAND = "by-hand"
    UNKNOWN = "cannot-tell"


class Certainty(StrEnum):
    """How sure it is."""

    SURE = "sure"  # the kernel or the ledger says so
    LIKELY = "likely"  # nothing was heard, for long
    UNKNOWN = "unknown"  # nobody can tell; nothing is done


@dataclass(frozen=True, slots=True)
class Finding:
    """Something odd about an agent. ``evidence`` is in words, with times and ids.

    ``mark`` stands for what the evidence is made of: where it is another one, something has
    happened since.
    """

    kind: Kind
    address: str
    session: str
    bead: str
    evidence: tuple[str, ...]
    certainty: Certainty
    mark: str

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        found = asdict(self)
        del found["mark"]
        return found | {"evidence": list(self.evidence)}


@dataclass(frozen=True, slots=True)
class Nudge:
    """Type a line that says what is expected."""

    text: str
    word = "nudge"


@dataclass(frozen=True, slots=True)
class Restart:
    """Save its work and end its session; another one goes on in the same sandbox."""

    why: str
    word = "restart"


@dataclass(frozen=True, slots=True)
class EndSession:
    """Save its work and end its session; with ``passes`` it was no try in vain."""

    why: str
    passes: bool = False
    word = "end the session"


@dataclass(frozen=True, slots=True)
class Call:
    """Call for a person, and change nothing."""

    title: str
    word = "call for a person"


@dataclass(frozen=True, slots=True)
class Save:
    """Save what is not committed."""

    word = "save"


@dataclass(frozen=True, slots=True)
class LeaveAlone:
    """Do nothing, and why."""

    why: str
    word = "leave alone"


Act: TypeAlias = Nudge | Restart | EndSession | Call | Save | LeaveAlone


class Step(NamedTuple):
    """What was found, and what is to be done about it."""

    finding: Finding
    act: Act

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        why = getattr(self.act, "why", "")
        return {**self.finding.fields(), "act": self.act.word, "why": why}


class Row(NamedTuple):
    """What people are told of a kind: when it is so, and what is done about it."""

    when: str
    act: str


# The matrix, as the documentation shows it.
MATRIX: Final[Mapping[Kind, Row]] = {
    Kind.DEAD_SESSION: Row(
        "work on the hook, and the session that worked on it has ended",
        "left to the dispatcher, which begins another in the same sandbox",
    ),
    Kind.DEAD_PROCESS: Row(
        "the session goes on, and its program has been dead for 30 s: pid and start do not fit",
        "restart",
    ),
    Kind.HUNG: Row(
        "work on the hook, a turn that goes on, and no sign of life for 30 min",
        "nudge; 5 min later restart",
    ),
    Kind.IDLE: Row(
        "work on the hook, no turn goes on, and no sign of life for 30 min",
        "nudge; restart after three that did not move its branch",
    ),
    Kind.STARTUP_STALL: Row(
        "90 s after its start no tap was heard and nothing has come of it, and for 60 s nothing"
        " moved",
        "nudge; 60 s later restart",
    ),
    Kind.STUCK_IN_DONE: Row(
        "its work was handed in 60 s ago, and the session goes on", "end the session"
    ),
    Kind.HALF_DONE: Row(
        "a git gt done of it began 60 s ago, its process is gone, and nothing was handed in",
        "nudge; 5 min later restart",
    ),
    Kind.CLOSED_ALIVE: Row(
        "the bead of the session closed 60 s ago, and it goes on", "end the session"
    ),
    Kind.OFF_HOOK_ALIVE: Row(
        "the bead of the session was taken off its hook 60 s ago, and it goes on",
        "end the session",
    ),
    Kind.ROUND_OVER: Row(
        "in a ralph loop the turn is over, for 30 s",
        "end the session, which counts as no try in vain",
    ),
    Kind.ORPHANED: Row(
        "work on the hook, no session, and the sandbox is not there",
        "left to the dispatcher, which makes the sandbox anew from branch and snapshot",
    ),
    Kind.ABANDONED: Row(
        "a branch has commits for a bead that is open and on nobody's hook",
        "left alone: whoever takes it up is told of the branch",
    ),
    Kind.UNSAVED: Row(
        "no session, and the sandbox has changes that are in no snapshot", "save"
    ),
    Kind.UNSENT: Row(
        "in a shared rig, no session, and commits that no other machine has",
        "left alone: git gt sync --work sends them",
    ),
    Kind.STASHED: Row(
        "git stash holds something of its branch", "left alone: it stays where it is"
    ),
    Kind.ASKS: Row(
        "no sign of life as above, and its screen asks something that its preset does not know",
        "call for a person",
    ),
    Kind.CALLS: Row("its last commit calls for a person", "left alone until it is answered"),
    Kind.LIMITED: Row(
        "no sign of life as above, and its screen says that a limit is reached",
        "left alone until it answers again",
    ),
    Kind.HELD: Row("its processes are stopped", "left alone: they go on some time"),
    Kind.BY_HAND: Row("no sign of life as above, and a person runs it", "left alone"),
    Kind.UNKNOWN: Row(
        "nobody can tell whether it lives: no pid, another machine, files that cannot be read",
        "left alone: this is never taken for dead",
    ),
}
