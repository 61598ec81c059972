"""Whether a town has a watcher: every command that writes asks, so it costs next to nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from gitgt.runtime.held import is_held

LOCK: Final = "watch.lock"


def watcher_lives(town: Path) -> bool:
    """Tell whether the town at *town* has a watcher."""
    return is_held(town / ".git" / "gt" / LOCK)
