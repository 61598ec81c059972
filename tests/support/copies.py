"""What each test needs a new one of is made once, and copied.

A copy is what was made, at another place: the few files that tell where it lies tell the new
place. What is made is made by the real thing, once in each process, whatever the environment of
the test that is the first to need it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from tests.support.world import AT_FIRST

# Files of git and of ours that hold the path of what they belong to.
_TELL: Final = (".git/config", ".git/gt/town", ".git/worktrees/*/gitdir", "*/.git")


def copy_of(make: Callable[[Path], object], place: Path) -> None:
    """Let *place* be what *make* makes at the path that it is given."""
    made = _made(make)
    shutil.copytree(made, place, symlinks=True, dirs_exist_ok=True)
    for pattern in _TELL:
        for each in place.glob(pattern):
            if each.is_file():
                each.write_text(each.read_text().replace(str(made), str(place)))


@cache
def _made(make: Callable[[Path], object]) -> Path:
    # Of the same name, for it may be told; what lies beside it is not copied.
    folder = Path(tempfile.mkdtemp(prefix="made once "))
    now = dict(os.environ)
    _live_in(AT_FIRST)
    try:
        make(folder / "a town")
    finally:
        _live_in(now)
    return folder / "a town"


def _live_in(environ: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environ)
