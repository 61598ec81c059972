"""What the doctor makes of plain numbers: of space, clocks and versions. Pure."""

from __future__ import annotations

import re
from typing import Final

OLDEST_GIT: Final = (2, 39)
_GIB: Final = 1024**3
# Less than this is little, less than that is next to nothing.
LITTLE: Final = 2 * _GIB
NEARLY_NONE: Final = _GIB // 4
# A clock that is so far behind what was written last has been set back.
BEHIND: Final = 120.0


def git_trouble(said: str) -> str:
    """Return what is wrong with the git that says *said* of its version; empty for nothing."""
    found = re.search(r"(\d+)\.(\d+)", said)
    if found is None:
        return f"nobody knows which git this is: {said.strip() or 'it says nothing'}"
    if (int(found[1]), int(found[2])) >= OLDEST_GIT:
        return ""
    oldest = ".".join(map(str, OLDEST_GIT))
    return f"git {found[0]} is too old: gitgt needs {oldest}"


def space_trouble(free: int) -> tuple[str, bool]:
    """Return what is wrong with so many *free* bytes, and whether that is bad already."""
    if free >= LITTLE:
        return "", False
    return f"only {in_words(free)} are left on the disk", free < NEARLY_NONE


def clock_trouble(now: float, last: float) -> str:
    """Return what is wrong with a clock that says *now*, after something was written *last*."""
    behind = last - now
    if behind <= BEHIND:
        return ""
    return f"the clock is {int(behind)} s behind what was written last"


def in_words(size: float) -> str:
    """Return a number of bytes as people say it."""
    for unit in ("bytes", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.0f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"
