"""The kennel: how many dogs there are, what they are called, and when one takes too long."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Final

POOL: Final = 4
IDLE: Final = 3600.0  # after so many seconds without work a dog's session is ended
_NAMES: Final = ("alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel")
# So many times what its work may take: a word in the log, a warrant, an end.
_LATE: Final = 1.0
_WARRANT: Final = 2.0
_CLEAR: Final = 5.0


class Pace(StrEnum):
    """How a dog keeps to its time."""

    FINE = "fine"
    LATE = "late"  # it is told in the log
    STUCK = "stuck"  # it is asked whether it lives
    LOST = "lost"  # its run is over, and a person is told


def next_name(taken: Collection[str]) -> str:
    """Return the first name that is free."""
    known = (*_NAMES, *(f"dog{number}" for number in range(1, len(taken) + 2)))
    return next(name for name in known if name not in taken)


def pace(seconds: float, allowed: float) -> Pace:
    """Return how somebody keeps to the time *allowed* who has been at it for *seconds*."""
    share = seconds / allowed
    if share > _CLEAR:
        return Pace.LOST
    if share >= _WARRANT:
        return Pace.STUCK
    return Pace.LATE if share > _LATE else Pace.FINE


def changes_in(seconds: float, allowed: float) -> float | None:
    """Return in how many seconds that is another; None if it will not be."""
    edges = (each * allowed - seconds for each in (_LATE, _WARRANT, _CLEAR))
    return next((each + 1.0 for each in edges if each >= 0), None)
