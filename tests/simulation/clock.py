"""Virtual time: a heap of what is going to happen."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush

from gitgt.model.instant import exact_text_of, text_of

MINUTE = 60.0
HOUR = 3600.0
DAY = 24 * HOUR
# A Monday, at midnight.
BEGINNING = 1_764_547_200.0


class Clock:
    """What time it is, and what happens next."""

    def __init__(self) -> None:
        self.now = BEGINNING
        self._coming: list[tuple[float, int, Callable[[], None]]] = []
        self._number = 0

    def at(self, when: float, what: Callable[[], None]) -> None:
        """Let *what* happen then; what should have happened already happens now."""
        self._number += 1
        heappush(self._coming, (max(when, self.now), self._number, what))

    def after(self, seconds: float, what: Callable[[], None]) -> None:
        """Let *what* happen in so many seconds."""
        self.at(self.now + seconds, what)

    def next_at(self) -> float | None:
        """Return when something happens next."""
        return self._coming[0][0] if self._coming else None

    def step(self) -> None:
        """Let the next thing happen."""
        self.now, _, what = heappop(self._coming)
        what()

    @property
    def hour(self) -> float:
        """The hour of the day."""
        return (self.now - BEGINNING) % DAY / HOUR

    @property
    def elapsed(self) -> float:
        """Seconds since all began."""
        return self.now - BEGINNING

    @property
    def text(self) -> str:
        """The time as documents say it."""
        return text_of(self.now)

    @property
    def exact(self) -> str:
        """The time as queues say it."""
        return exact_text_of(self.now)
