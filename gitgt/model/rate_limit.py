"""A program that answers no more for a while: who said so, and when it is tried again.

Until when it lasts is known only if somebody said it: the program itself, or a person. Where
nobody did, nothing is made up: one session tries again after a while, later each time.
"""

from __future__ import annotations

import math
from dataclasses import replace
from enum import StrEnum
from typing import Final

from gitgt.values import dataclass

_FIRST_PAUSE: Final = 300.0
_LONGEST_PAUSE: Final = 3600.0
# One that is tried and has gone on for so long without that sign shows that it answers again.
PROVEN: Final = 120.0


class Source(StrEnum):
    """Where it is known from that a limit is reached."""

    TRANSCRIPT = "transcript"  # the conversation that the program keeps says so
    SCREEN = "screen"  # its terminal shows it
    EXIT = "exit"  # it was the last that it said before it ended
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limited:
    """A runtime at its limit, since its *tries*-th session said so at ``at``.

    ``until`` is when the limit is over, if the source said it, else 0. ``trying`` is the bead
    whose session finds out whether it still holds.
    """

    runtime: str
    source: Source
    said: str
    at: float
    until: float = 0.0
    tries: int = 1
    trying: str = ""

    @property
    def again_at(self) -> float:
        """When somebody is started on it again; never, if a person said so and no time."""
        if not self.until and self.source is Source.PERSON:
            return math.inf
        return self.until or self.at + pause_after(self.tries)

    def holds(self, now: float) -> bool:
        """Tell whether anybody has to wait: where a time was said, it is over then."""
        return not self.until or now < self.until

    @property
    def known(self) -> str:
        """What is known of it, in one line; by whom."""
        return f"{self.said} ({self.source})" if self.said else f"said by the {self.source}"


def pause_after(tries: int) -> float:
    """Return for how long nobody is started after the *tries*-th session met the limit."""
    return min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(tries - 1, 16))


def met(before: Limited | None, found: Limited) -> Limited:
    """Return what is known once another session has met a limit.

    One that was under way when the first was told is no other try, and a time that somebody
    said stays known.
    """
    if before is None or not before.holds(found.at):
        return found
    is_try = before.trying != "" or found.at >= before.again_at
    until = found.until or before.until
    tries = before.tries + 1 if is_try else before.tries
    return replace(found, until=until, tries=tries, at=found.at if is_try else before.at)
