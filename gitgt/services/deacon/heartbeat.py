"""The watcher's heartbeat: when it last did something, and until when it sleeps.

It is written when the watcher goes to sleep after it did something, so an idle town writes
nothing, and who reads it can tell late from asleep. A watcher that ends takes it away: one that
is there without a watcher was left by one that died.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from gitgt.runtime import notes
from gitgt.values import dataclass

NAME: Final = "heartbeat.json"
# While much is going on it is written so often, and no more.
_SELDOM: Final = 10.0
_SOON: Final = 60.0


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """When the watcher did something, until when it sleeps (None: until something happens).

    ``cycle`` counts how often it was written; ``did`` is a word of whoever wrote it by hand.
    """

    at: float
    until: float | None
    cycle: int
    did: str = ""

    def late(self, now: float) -> float:
        """Return for how many seconds it should have woken up; negative if it sleeps."""
        return -1.0 if self.until is None else now - self.until

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


def read(gt: Path) -> Heartbeat | None:
    """Return the heartbeat in the folder *gt* of a town; None if none can be read."""
    found = notes.read(gt / NAME, dict)
    try:
        until = found["until"]
        return Heartbeat(
            float(found["at"]), None if until is None else float(until),
            int(found["cycle"]), str(found["did"]),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError):
        return None


def write(gt: Path, found: Heartbeat) -> None:
    """Write a heartbeat; on a full disk there is none."""
    try:
        notes.write_whole(gt / NAME, json.dumps(found.fields()), synced=False)
    except OSError:
        return


class Pulse:
    """Who writes the heartbeat of one watcher."""

    def __init__(self, gt: Path) -> None:
        self._gt = gt
        self._last: Heartbeat | None = None

    def beat_in(self, seconds: float | None) -> None:
        """Say that something was done, and that the watcher sleeps for so long at the most."""
        now = time.time()
        self.beat(now, None if seconds is None else now + seconds)

    def beat(self, now: float, until: float | None) -> None:
        """Say that something was done, and until when the watcher sleeps."""
        last = self._last
        soon = until is not None and until - now < _SOON
        if last is not None and soon and 0 <= now - last.at < _SELDOM:
            return  # it will be said soon enough
        self._last = Heartbeat(now, until, 1 + (last.cycle if last else 0))
        write(self._gt, self._last)

    def end(self) -> None:
        """Take the heartbeat away: whoever finds one has found one that died."""
        (self._gt / NAME).unlink(missing_ok=True)
