"""Find the ``*.lock`` files that a killed git left behind.

A lock says nothing about its owner, and git closes it long before it lets go (seen with 2.39:
the second lock of a transaction gets the descriptor of the first). So a lock counts as held
while some process has it open, or while a git that may write refs is at work in the same
repository and is older than the lock; the latter for a minute only, since a ref is held for
milliseconds. Without ``/proc`` the minute has to do.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from gitgt.errors import EnvironmentProblemError
from gitgt.git import refs

_PROC: Final = Path("/proc")
_PATIENCE: Final = 60.0
# The start of a process is known to the second.
_SLACK: Final = 2.0
# They stay for long and write no refs; "gt" is git waiting for us.
_READERS: Final = frozenset(
    b"bd blame cat-file credential-cache--daemon daemon diff fsmonitor--daemon grep gt log "
    b"ls-files rev-list shortlog show upload-pack".split()
)


def lock_of(common: Path, ref: str) -> Path:
    """Return the file with which git locks *ref*."""
    return common / f"{ref}.lock"


def remove_stale(
    common: Path, locks: Iterable[Path], *, clock: Callable[[], float] = time.time
) -> list[Path]:
    """Remove those of *locks* that nobody holds any more, and return them."""
    removed = []
    for path in locks:
        before = _stamp(path)
        if before is None or _is_held(common, path, before, clock()):
            continue
        if _stamp(path) == before:  # still the very lock that was judged
            _remove(path)
            removed.append(path)
    return removed


def is_stale(common: Path, lock: Path, *, clock: Callable[[], float] = time.time) -> bool:
    """Tell whether *lock* is there, and nobody holds it any more."""
    stamp = _stamp(lock)
    return stamp is not None and not _is_held(common, lock, stamp, clock())


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise EnvironmentProblemError(f"cannot remove {path}: {error.strerror}") from error


def _stamp(path: Path) -> tuple[int, float] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime


def _is_held(common: Path, path: Path, stamp: tuple[int, float], now: float) -> bool:
    since = stamp[1]
    is_old = not since - _SLACK <= now < since + _PATIENCE
    if not _PROC.is_dir():
        return not is_old
    if any(_has_open(process, path) for process in _processes()):
        return True
    return not is_old and any(
        _is_git_at_work(process, common) and _started(process) <= since + _SLACK
        for process in _processes()
    )


def _processes() -> Iterator[Path]:
    for name in os.listdir(_PROC):  # noqa: PTH208 - names only, and there are hundreds
        if name.isdigit() and int(name) != os.getpid():
            yield _PROC / name


def _has_open(process: Path, path: Path) -> bool:
    try:
        return any(_points_at(each, path) for each in (process / "fd").iterdir())
    except OSError:  # gone, or somebody else's
        return False


def _points_at(descriptor: Path, path: Path) -> bool:
    try:
        return str(descriptor.readlink()) == str(path)
    except OSError:
        return False


def _is_git_at_work(process: Path, common: Path) -> bool:
    try:
        words = (process / "cmdline").read_bytes().split(b"\0")
        here = (process / "cwd").readlink()
    except OSError:
        return False
    if not os.path.basename(words[0]).startswith(b"git"):  # noqa: PTH119 - bytes
        return False
    return _verb(words[1:]) not in _READERS and _is_in(here, common)


def _verb(words: list[bytes]) -> bytes:
    """Return git's subcommand: the first word that is no option and no option's value."""
    rest = iter(words)
    for word in rest:
        if word in {b"-c", b"-C"}:
            next(rest, None)
        elif not word.startswith(b"-"):
            return word
    return b""


def _is_in(folder: Path, common: Path) -> bool:
    top = refs.top_of(folder)
    git_dir = None if top is None else refs.git_dir_of(top)
    return git_dir is not None and refs.common_dir(git_dir).resolve() == common.resolve()


def _started(process: Path) -> float:
    """Return when *process* began, in seconds since the epoch."""
    try:
        ticks = int((process / "stat").read_bytes().rpartition(b")")[2].split()[19])
        boot = next(
            int(row.split()[1])
            for row in (_PROC / "stat").read_text().splitlines()
            if row.startswith("btime ")
        )
    except (OSError, ValueError, IndexError, StopIteration):
        return 0.0
    return boot + ticks / os.sysconf("SC_CLK_TCK")
