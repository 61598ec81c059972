"""The watcher's logs: read their end, follow them, begin them anew."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gitgt.daemon.instance import LOG

_BIG: Final = 1_000_000
_LOOK_EVERY: Final = 0.3
_KEPT: Final = 2
_BLOCK: Final = 1 << 16


def log_of(gt: Path, *, printed: bool = False) -> Path:
    """Return the log of the town whose folder is *gt*, or what its watcher *printed*."""
    return gt / LOG if printed else gt / "log" / "town.log"


def tail(path: Path, lines: int) -> list[str]:
    """Return the last *lines* of a log, which may not be there."""
    try:
        with path.open("rb") as file:
            end = file.seek(0, 2)
            content = b""
            while end and content.count(b"\n") <= lines:
                end = max(0, end - _BLOCK)
                file.seek(end)
                content = file.read()
    except FileNotFoundError:
        return []
    return content.decode(errors="replace").splitlines()[-lines:]


def follow(path: Path) -> Iterator[str]:
    """Return what is written to a log from now on, also to the one that takes its place."""
    return _from(path, path.stat().st_size if path.exists() else 0)


def _from(path: Path, position: int) -> Iterator[str]:
    while True:
        size = path.stat().st_size if path.exists() else 0
        position = min(position, size) if size >= position else 0
        if size > position:
            with path.open("rb") as file:
                file.seek(position)
                chunk = file.read()
            whole = chunk[: chunk.rfind(b"\n") + 1]
            position += len(whole)
            yield from whole.decode(errors="replace").splitlines()
        time.sleep(_LOOK_EVERY)


def rotate(gt: Path, *, force: bool = False) -> list[Path]:
    """Begin anew the logs that are big, all with *force*; return which were.

    Whoever writes to one goes on with it, so it is copied and emptied.
    """
    done = []
    for path in (log_of(gt), log_of(gt, printed=True)):
        size = path.stat().st_size if path.exists() else 0
        if not size or (size < _BIG and not force):
            continue
        for number in range(_KEPT, 1, -1):
            older = _numbered(path, number - 1)
            if older.exists():
                older.replace(_numbered(path, number))
        shutil.copyfile(path, _numbered(path, 1))
        with path.open("r+b") as file:
            file.truncate()
        done.append(path)
    return done


def _numbered(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")
