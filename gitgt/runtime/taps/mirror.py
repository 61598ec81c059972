"""A folder of links that looks like another one, with a file of ours in it.

So a program finds its own configuration and our taps, and the other folder stays as it is.
"""

from __future__ import annotations

import os
from pathlib import Path


def follow(theirs: Path, ours: Path, own: Path) -> None:
    """Make *ours* look like *theirs*, but for the file *own* below it.

    What the program itself made a file of, in place of a link, stays until theirs is newer.
    """
    ours.mkdir(parents=True, exist_ok=True)
    if theirs.resolve() == ours.resolve():
        return
    head, *rest = own.parts
    names = {path.name for path in theirs.iterdir()} if theirs.is_dir() else set()
    for name in sorted(names - {head}):
        _link(theirs / name, ours / name)
    for path in ours.iterdir():
        if path.name not in names and path.is_symlink():
            path.unlink(missing_ok=True)
    if rest and not (theirs / head).is_file():
        follow(theirs / head, ours / head, Path(*rest))


def _link(theirs: Path, ours: Path) -> None:
    if ours.is_symlink():
        if ours.readlink() == theirs:
            return
    elif ours.exists() and (ours.is_dir() or not _is_older(ours, theirs)):
        return
    draft = ours.with_name(f".{ours.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    draft.symlink_to(theirs)
    draft.replace(ours)


def _is_older(ours: Path, theirs: Path) -> bool:
    try:
        return ours.stat().st_mtime_ns < theirs.stat().st_mtime_ns
    except OSError:
        return False
