"""How often something that ended is begun again: a pure plan over when it was.

The first time at once, then after 30 s, a minute, two, up to ten. Five times within a quarter
of an hour is a crash loop: then nobody begins it before a person says so. What has gone well
for half an hour begins with a clean slate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeAlias

from gitgt.values import dataclass

FIRST_PAUSE: Final = 30.0
LONGEST_PAUSE: Final = 600.0
LOOP: Final = 5
WITHIN: Final = 900.0
STABLE: Final = 1800.0


@dataclass(frozen=True, slots=True)
class Trail:
    """When something was begun again; ``stopped`` if that was too often."""

    at: tuple[float, ...] = ()
    stopped: bool = False

    def begun(self, now: float) -> Trail:
        """Return the trail with one more time."""
        return replace(self, at=(*self.at, now)[-LOOP:])

    def plain(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {"at": list(self.at), "stopped": self.stopped}


@dataclass(frozen=True, slots=True)
class Begin:
    """Begin it again, now."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Begin it in so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Stop:
    """Begin it no more, and call a person; ``fresh`` if nobody was called yet."""

    fresh: bool


Act: TypeAlias = Begin | Wait | Stop


def plan(trail: Trail, *, now: float) -> Act:
    """Return what is to be done about something that has ended, given when it was begun."""
    if trail.stopped:
        return Stop(fresh=False)
    if is_loop(trail, now=now):
        return Stop(fresh=True)
    left = _pause(settled(trail, now=now), now)
    return Wait(left) if left > 0 else Begin()


def is_loop(trail: Trail, *, now: float) -> bool:
    """Tell whether it was begun again too often lately; a clock may be set back."""
    return sum(abs(now - each) <= WITHIN for each in trail.at) >= LOOP


def settled(trail: Trail, *, now: float) -> Trail:
    """Return a clean slate for what was last begun long enough ago."""
    is_stable = bool(trail.at) and not trail.stopped and now - trail.at[-1] >= STABLE
    return Trail() if is_stable else trail


def pause_before(restart: int) -> float:
    """Return how long after the one before it the *restart*-th is to come, counted from 1."""
    return 0.0 if restart <= 1 else min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (restart - 2))


def _pause(trail: Trail, now: float) -> float:
    if not trail.at:
        return 0.0
    pause = pause_before(len(trail.at) + 1)
    return min(pause, max(0.0, trail.at[-1] + pause - now))


def parse(found: Mapping[str, Any]) -> dict[str, Trail]:
    """Return the trails in what a note holds, by whose they are; what is none is left out."""
    return {who: Trail(*each) for who, row in found.items() if (each := _read(row)) is not None}


def _read(row: object) -> tuple[tuple[float, ...], bool] | None:
    if not isinstance(row, dict) or not isinstance(row.get("at"), Sequence):
        return None
    at = tuple(float(each) for each in row["at"] if isinstance(each, int | float))
    return at, row.get("stopped") is True
