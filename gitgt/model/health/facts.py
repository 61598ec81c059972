"""What is known of one agent when its health is judged: facts in, with no clock and no I/O."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import Final

from gitgt.model import when
from gitgt.model.documents import Bead, Mode
from gitgt.model.health.watch import Watch
from gitgt.values import dataclass


class Life(StrEnum):
    """Whether the last session of an agent goes on."""

    NONE = "none"  # it never had one
    RUNNING = "running"
    ENDED = "ended"
    UNKNOWN = "unknown"


class Program(StrEnum):
    """Whether the program of a session that goes on is there."""

    ALIVE = "alive"
    DEAD = "dead"
    HELD = "held"  # stopped by a signal, to go on some time
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """For how many seconds one waits before something counts as odd.

    ``hung``: nothing is heard of an agent at work; ``ralph`` the same in a loop. ``startup``:
    nothing of one that begins, if it was ``still`` for so long. ``done``: it is there for
    nothing. ``nudge``: a nudge has no effect. ``gone``: its program is dead.
    """

    hung: float = 1800.0
    ralph: float = 7200.0
    startup: float = 90.0
    still: float = 60.0
    done: float = 60.0
    nudge: float = 300.0
    gone: float = 30.0
    round: float = 30.0

    def with_bead(self, bead: Bead | None) -> float:
        """Return how long nothing need be heard of whoever works on *bead*."""
        if bead is None:
            return self.hung
        own = when.span(bead.patience) if bead.patience else None
        return own or (self.ralph if bead.mode == Mode.RALPH else self.hung)


USUAL: Final = Patience()
UNWATCHED: Final = Watch(session="", at=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One polecat: its last session, what that is ``about``, what is on its hook, its sandbox.

    ``age`` is how long the session has been there, ``turn`` what its taps or its screen say
    that it is at (empty: nobody tells); it has ``begun`` if anything came of it. It can be
    ``typed`` to, or a person runs it ``by_hand``. ``asks`` is what its screen asks, ``limit``
    its line that no more is answered for a while; both are only known after a close look.
    What it is about is ``closed``, or ``handed_in``. ``calls``: its last commit calls for a
    person. ``half_done`` are the seconds since a ``git gt done`` of it began that nobody ended,
    and 0 if one goes on. Without a ``sandbox`` its worktree is not there. ``tip`` is where its
    branch stands, with ``ahead`` commits that its target has not; ``left`` says what there is
    of its work, ``unsaved``, ``unsent`` and ``stashed`` what of it is in one place only.
    """

    address: str
    life: Life = Life.NONE
    session: str = ""
    about: str = ""
    unknown: str = ""
    program: Program = Program.UNKNOWN
    pid: int = 0
    age: float = 0.0
    ended: str = ""
    turn: str = ""
    begun: bool = False
    typed: bool = False
    by_hand: bool = False
    asks: str = ""
    limit: str = ""
    watch: Watch = UNWATCHED
    bead: str = ""
    loops: bool = False
    patient: float = USUAL.hung
    started: bool = True
    closed: bool = False
    handed_in: bool = False
    calls: bool = False
    half_done: float = 0.0
    sandbox: bool = True
    tip: str = ""
    ahead: int = 0
    left: tuple[str, ...] = ()
    unsaved: str = ""
    unsent: str = ""
    stashed: str = ""
    patience: Patience = field(default=USUAL)

    @property
    def runs(self) -> bool:
        """Tell whether its session goes on."""
        return self.life is Life.RUNNING

    @property
    def at_it(self) -> bool:
        """Tell whether its session is about what is on its hook."""
        return self.runs and bool(self.bead) and self.about == self.bead
