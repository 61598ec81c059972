"""Take turns at a repository.

The kernel wakes the next in line, so nobody starves, and lets go when a process dies. Other
programs know no lock of ours: it keeps things fair and quiet, compare-and-swap keeps them safe.
Who needs several takes ``ledger`` before ``landing``.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from gitgt.git.repository import Repository


@contextmanager
def turn(repository: Repository, name: str) -> Iterator[None]:
    """Be the only one of gitgt who does what *name* stands for in *repository*."""
    path = repository.gt / f"{name}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(lock, fcntl.LOCK_UN)
