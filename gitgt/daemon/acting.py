"""One acts for a town at a time: the watcher, or whoever makes a pass where none lives.

A watcher that has just come waits until the pass that is being made is over, else both would
take in the same run of a gate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

LOCK: Final = "pass.lock"
# How often a watcher that waits looks whether it is to end instead.
_GLANCE: Final = 0.05


@contextmanager
def acting(gt: Path, *, waits: Callable[[], bool] = lambda: False) -> Iterator[bool]:
    """Be the one who acts for the town whose folder is *gt*; yield whether we are.

    While somebody else is, *waits* says whether to go on waiting for them to end.
    """
    gt.mkdir(exist_ok=True)
    lock = FileLock(gt / LOCK)
    mine = _taken(lock, 0.0)
    while not mine and waits():
        mine = _taken(lock, _GLANCE)
    try:
        yield mine
    finally:
        lock.release()


def _taken(lock: FileLock, patience: float) -> bool:
    try:
        lock.acquire(timeout=patience, poll_interval=0.01)
    except Timeout:
        return False
    return True
