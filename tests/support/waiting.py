"""Waits for what a process does, for as long as it takes and no longer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

T = TypeVar("T")
# The cores are for who is waited for: the longer it has taken, the less often somebody looks.
_SHORTEST: Final = 0.002
_LONGEST: Final = 0.05
_SHARE: Final = 0.03


def until(look: Callable[[], T], *, patience: float = 60.0) -> T:
    """Look again and again until the answer is true, and return it."""
    pause = threading.Event()
    begun = time.monotonic()
    while True:
        found = look()
        if found:
            return found
        waited = time.monotonic() - begun
        if waited > patience:
            raise AssertionError(f"nothing after {patience} s; the last look: {found!r}")
        pause.wait(min(max(_SHARE * waited, _SHORTEST), _LONGEST))


def note_in(spool: Path, *, patience: float = 60.0) -> str:
    """Wait for a note in a spool, take it, and return what it says."""

    def notes() -> list[Path]:
        return [path for path in spool.glob("*") if not path.name.startswith(".")]

    note = until(notes, patience=patience)[0]
    text = note.read_text()
    note.unlink()
    return text
