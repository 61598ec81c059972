"""Chores: what keeps the repositories of a town in order, and when each is to be done.

What there is to do is looked up without starting a process; this decides. What is heavy waits
until no gate and no landing is at work, and only one heavy chore is done at a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from gitgt.values import dataclass

_HOUR: Final = 3600.0
_DAY: Final = 24 * _HOUR
# So often a chore may fail before a person is told.
PATIENCE: Final = 3


class Chore(StrEnum):
    """What is done, the light ones first."""

    TRASH = "trash"
    WORKTREES = "worktrees"
    BRANCHES = "branches"
    PACK = "pack"
    BACKUP = "backup"
    MAIN = "main"
    DOCTOR = "doctor"


HEAVY: Final = frozenset({Chore.PACK, Chore.BACKUP, Chore.MAIN, Chore.DOCTOR})
# After a try, done or failed, it rests for so many seconds.
RESTS: Final = {
    Chore.TRASH: _HOUR,
    Chore.WORKTREES: _HOUR,
    Chore.BRANCHES: _HOUR,
    Chore.PACK: _DAY,
    Chore.BACKUP: 900.0,
    Chore.MAIN: _DAY,
    Chore.DOCTOR: _DAY,
}
# While something else is at work a heavy chore waits for its note, or looks again so soon.
_UNTIL_FREE: Final = 300.0
# What a repository holds before it is packed: files of objects, packs, files of refs.
_LOOSE: Final = 6000
_PACKS: Final = 50
_REFS: Final = 2000
# So much smaller than its copy a ledger is not copied: a person looks first.
_SPIKE: Final = 0.2
_FEW: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """How it stands with one chore in one place, a rig or the town (empty).

    ``wanted``: there is something to do. ``ripe_at`` is when there will be, if that is known.
    ``tried_at`` is when it was done or tried last, ``rests`` for how long it is left alone.
    """

    chore: Chore
    place: str = ""
    wanted: bool = False
    ripe_at: float | None = None
    tried_at: float | None = None
    rests: float | None = None

    @property
    def rested_at(self) -> float:
        """When it may be tried again."""
        rest = RESTS[self.chore] if self.rests is None else self.rests
        return 0.0 if self.tried_at is None else self.tried_at + rest


@dataclass(frozen=True, slots=True)
class Do:
    """Do a chore now."""

    chore: Chore
    place: str


def plan(
    facts: Iterable[Fact], *, now: float, busy: bool = False, opens_at: float | None = None
) -> tuple[list[Do], float | None]:
    """Return what to do now, and when to look again; None if only news can change anything.

    *busy*: a gate, a landing or another heavy chore is at work. Heavy ones wait until
    *opens_at*, if they may not begin at any time of the day.
    """
    do: list[Do] = []
    later: list[float] = []
    for fact in facts:
        is_heavy = fact.chore in HEAVY
        due = _due(fact, now)
        if due is not None and due > now:
            later.append(due)
        elif due is not None and is_heavy and opens_at is not None:
            later.append(opens_at)
        elif due is not None and is_heavy and busy:
            later.append(now + _UNTIL_FREE)
        elif due is not None:
            do.append(Do(fact.chore, fact.place))
            busy = busy or is_heavy
    return do, min(later, default=None)


def _due(fact: Fact, now: float) -> float | None:
    """Return when a chore is to be done; None if nobody knows yet."""
    if fact.wanted:
        return max(now, fact.rested_at)
    return None if fact.ripe_at is None else max(fact.ripe_at, fact.rested_at)


def is_crowded(*, loose: int, packs: int, refs: int) -> bool:
    """Tell whether a repository is to be packed."""
    return loose > _LOOSE or packs > _PACKS or refs > _REFS


def is_spike(before: int, now: int) -> bool:
    """Tell whether a ledger that had so many beads lost more than may be."""
    return before >= _FEW and now < before * (1 - _SPIKE)
