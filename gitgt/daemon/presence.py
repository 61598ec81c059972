"""Whether a town has a watcher: every command that writes asks, so it costs next to nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from gitgt.git import faults
from gitgt.runtime.held import is_held
from gitgt.runtime.jail import MARK

LOCK: Final = "watch.lock"


def watcher_lives(town: Path) -> bool:
    """Tell whether the town at *town* has a watcher."""
    return is_held(town / ".git" / "gt" / LOCK)


def others_act(town: Path) -> bool:
    """Tell whether somebody else sees to what a command sets off.

    A watcher does. Out of a jail nobody starts anything: what is to be done is seen to when
    the session ends. What is only rehearsed sets off nothing.
    """
    return bool(os.environ.get(MARK)) or faults.are_pretended() or watcher_lives(town)
