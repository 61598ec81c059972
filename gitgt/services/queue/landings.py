"""The landings on one target: what stands in their way is remembered for a while.

A remote is not asked at every look: it says itself, when something is pushed, that it has moved
on. Whatever failed is tried again later, twice as much later each time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from gitgt.errors import EnvironmentProblemError
from gitgt.git.landing import Landed
from gitgt.git.lfs import NoLargeFilesError
from gitgt.git.publish import DeclinedError
from gitgt.git.remote import UnreachableError
from gitgt.git.signing import CannotSignError
from gitgt.model.queue.merge_chain import Link
from gitgt.services.queue.holding import Holding
from gitgt.services.queue.publish import ParkedError, Publisher

# For so many seconds what was fetched counts as fresh.
_FRESH: Final = 30.0
_LONGEST_PAUSE: Final = 300.0
# What keeps things from landing, and is nobody's fault who handed them in.
_IN_THE_WAY: Final = (
    UnreachableError, DeclinedError, CannotSignError, NoLargeFilesError, ParkedError,
)  # fmt: skip


class Landings:
    """What lands on one target, as it went so far."""

    def __init__(self, clock: Callable[[], float], holding: Holding) -> None:
        self._clock = clock
        self.holding = holding
        self._fresh_until = 0.0
        self._until = 0.0
        self._failures = 0
        self.trouble: EnvironmentProblemError | None = None

    @property
    def declined(self) -> bool:
        """Whether a remote takes no pushes to the target."""
        return isinstance(self.trouble, DeclinedError)

    @property
    def parked(self) -> ParkedError | None:
        """Why nothing may even be tested before a person has judged."""
        return self.trouble if isinstance(self.trouble, ParkedError) else None

    def catch_up(self, publisher: Publisher, *, anew: bool = False) -> Landed:
        """Bring the target here to where it stands, if that is due."""
        now = self._clock()
        is_fresh = now < self._fresh_until and self.trouble is None and not anew
        if self._waits() or (is_fresh and not publisher.is_behind()):
            return Landed()
        try:
            landed = publisher.catch_up()
        except (UnreachableError, ParkedError) as error:
            self._fail(error)
            return Landed()
        self._fresh_until, self.trouble = now + _FRESH, None
        return landed

    def decides(self, publisher: Publisher) -> bool:
        """Tell whether what becomes of requests is for this town to decide now."""
        return publisher.decides(ask=not self._waits())

    def land(self, publisher: Publisher, base: str, links: Sequence[Link]) -> Landed | None:
        """Let *links* land; None if they cannot for the time being, and ``trouble`` says why.

        Raises:
            LedgerConflictError: target or ledger moved on.
        """
        if self.trouble is not None and self._waits():
            return None
        try:
            landed = publisher.land(base, links)
        except _IN_THE_WAY as error:
            self._fail(error)
            return None
        self._failures, self.trouble = 0, None
        return landed

    def retry_in(self) -> float | None:
        """Return in how many seconds what failed, or is another's turn, may be tried again."""
        if self.trouble is None:
            return self.holding.free_in()
        return max(0.0, self._until - self._clock())

    def _waits(self) -> bool:
        return self._clock() < self._until and self.trouble is not None

    def _fail(self, error: EnvironmentProblemError) -> None:
        self._failures += 1
        self._until = self._clock() + min(_LONGEST_PAUSE, 2.0**self._failures)
        self.trouble = error
