"""When an agent may hand over to a successor: not at once again, and not for nothing for ever.

A handoff costs a whole context. One that begets the next before anything was done is a loop:
after a few of them a person is called, and no more are made until something has moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gitgt.values import dataclass

# So many seconds lie between two handoffs of one agent (as in Gas Town).
GAP: Final = 120.0
# So often running an agent may hand over with nothing done in between.
MOST_IDLE: Final = 3
# So often one bead may be handed over, whatever is done in between.
MOST: Final = 24
LONGEST: Final = 20_000  # characters


@dataclass(frozen=True, slots=True)
class Past:
    """A handoff that was made: when, where the work stood, and what it was about."""

    at: float
    mark: str
    bead: str = ""


@dataclass(frozen=True, slots=True)
class Ruling:
    """Why a handoff may not be made; empty if it may.

    It may be in ``wait`` seconds, if that is all that stands against it. ``is_loop`` tells that
    a person is to be called.
    """

    refused: str = ""
    wait: float = 0.0
    is_loop: bool = False


MAY: Final = Ruling()


def judge(past: Sequence[Past], *, now: float, mark: str, bead: str = "") -> Ruling:
    """Return whether an agent may hand over, given its *past* handoffs, the oldest first."""
    idle = idle_runs(past, mark)
    if idle >= MOST_IDLE:
        return Ruling(f"it has handed over {idle} times and nothing came of it", is_loop=True)
    about = sum(1 for each in past if bead and each.bead == bead)
    if about >= MOST:
        return Ruling(f"{bead} was handed over {about} times already", is_loop=True)
    since = now - past[-1].at if past else GAP
    if 0 <= since < GAP:  # a clock may be set back
        return Ruling(f"it handed over {since:.0f} s ago", wait=GAP - since)
    return MAY


def idle_runs(past: Sequence[Past], mark: str) -> int:
    """Return how many of the last handoffs were made where the work still stands."""
    count = 0
    for each in reversed(past):
        if each.mark != mark:
            break
        count += 1
    return count


def subject_of(told: str, text: str, reason: str) -> str:
    """Return the line that a handoff is listed under."""
    first = text.strip().partition("\n")[0].strip()
    return (told.strip() or first or reason or "handoff")[:200]
