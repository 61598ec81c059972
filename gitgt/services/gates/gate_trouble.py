"""Why gates told nothing lately, and when they are tried again.

Momentary: who deletes the file makes them be tried at once. What merely vanished - its shim
was killed, or the town was shut down - is run again without a word, unless it goes on
vanishing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

from gitgt.runtime import notes
from gitgt.runtime.notes import write_whole

_FIRST: Final = 30.0
_LONGEST: Final = 900.0
_LOSSES: Final = 3
# As much of a log as somebody reads who is called.
_LOG: Final = 4_000
_FORGOTTEN_AFTER: Final = 86_400.0


class Troubles:
    """The troubles of one rig, by what was to be run."""

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        self._path = path
        self._clock = clock

    def why(self, key: str) -> str:
        """Return why *key* could not run; empty if it may be run."""
        return str(self._read().get(key, {}).get("why", ""))

    def log(self, keys: Iterable[str]) -> str:
        """Return what was printed by the latest of *keys* that could not run."""
        found = self._read()
        mine = sorted((found[key] for key in keys if key in found), key=lambda each: each["at"])
        return next((each["log"] for each in reversed(mine) if each.get("log")), "")

    def note(self, key: str, why: str, log: str = "") -> None:
        """Note that *key* could not run, and what it printed."""
        found = self._read()
        times = found.get(key, {}).get("times", 0) + 1
        found[key] = {"why": why, "times": times, "at": self._clock(), "log": log[-_LOG:]}
        self._write(found)

    def lose(self, key: str) -> None:
        """Note that a run of *key* vanished; again and again is a trouble."""
        found = self._read()
        losses = found.get(key, {}).get("losses", 0) + 1
        if losses >= _LOSSES:
            self.note(key, f"its run vanished {losses} times")
        else:
            found[key] = {**found.get(key, {}), "losses": losses, "at": self._clock()}
            self._write(found)

    def forget(self, key: str) -> None:
        """Note that *key* has come to a verdict."""
        found = self._read()
        if found.pop(key, None) is not None:
            self._write(found)

    def clear(self) -> None:
        """Forget all of them."""
        self._path.unlink(missing_ok=True)

    def retry_in(self, keys: Iterable[str]) -> float | None:
        """Return in how many seconds one of *keys* may be tried again; None if none waits."""
        found, now = self._read(), self._clock()
        waits = [_due(found[key], now) for key in keys if found.get(key, {}).get("why")]
        return max(0.0, min(waits) - now) if waits else None

    def try_again(self, keys: Iterable[str]) -> None:
        """Note that those of *keys* that are due are being tried again now."""
        found = self._read()
        now = self._clock()
        for key in keys:
            if found.get(key, {}).get("why") and _due(found[key], now) <= now:
                found[key]["at"] = now
        self._write(found)

    def _read(self) -> dict[str, dict[str, Any]]:
        return notes.read(self._path, dict)

    def _write(self, found: dict[str, dict[str, Any]]) -> None:
        oldest = self._clock() - _FORGOTTEN_AFTER
        kept = {key: each for key, each in found.items() if each["at"] > oldest}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(self._path, json.dumps(kept))


def _due(trouble: dict[str, Any], now: float) -> float:
    """Return when a trouble may be tried again: after 30 s, 60 s, ... 15 min.

    What seems to lie ahead was noted before the clock was set back.
    """
    if trouble["at"] > now:
        return now
    wait = min(_LONGEST, _FIRST * 2 ** min(trouble["times"] - 1, 16))
    return float(trouble["at"] + wait)
