"""One watcher per town: a lock says that it lives, a file says who it is.

    <town>/.git/gt/watch.lock   held by the watcher; the kernel lets go of it when it dies
    <town>/.git/gt/watch.pid    its pid, and in the second line when it started
    <town>/.git/gt/watch.log    what it says when it runs in the background

The pid file is written after the lock was got, so a dead watcher is succeeded at once. The
hooks of git look at the first line only. The lock file is never removed: somebody might hold
the removed one.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gitgt.daemon.presence import LOCK
from gitgt.errors import EnvironmentProblemError, LeaseHeldError
from gitgt.runtime import identity
from gitgt.runtime.held import is_held
from gitgt.runtime.identity import Identity
from gitgt.runtime.notes import write_whole

PID: Final = "watch.pid"
LOG: Final = "watch.log"
# Who asks whether the lock is held holds it for an instant itself.
_A_MOMENT: Final = 1.0
# The last thread of a killed watcher may outlive its first for as long as the disk takes.
_TO_DIE: Final = 20.0


class Instance:
    """The watcher of a town, be it us, another process or nobody."""

    def __init__(self, gt: Path) -> None:
        self.folder = gt

    @property
    def lock(self) -> Path:
        """The file that the watcher holds; ``process.Spec`` asks for it."""
        return self.folder / LOCK

    @property
    def log(self) -> Path:
        """Where a watcher in the background writes."""
        return self.folder / LOG

    def is_running(self) -> bool:
        """Tell whether a watcher lives."""
        return is_held(self.lock)

    def who(self) -> Identity | None:
        """Return who the living watcher is; None if there is none, or it has not yet said."""
        if not self.is_running():
            return None
        written = self._written()
        return written if written and identity.is_alive(written) else None

    @contextmanager
    def held(self, *, signed: bool = True) -> Iterator[None]:
        """Be the watcher, or not *signed* just keep others from it: that needs no disk.

        Raises:
            LeaseHeldError: there is another one.
        """
        from filelock import FileLock, Timeout

        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.lock)
        until = time.monotonic() + _TO_DIE
        try:
            while not lock.is_locked:
                try:
                    lock.acquire(timeout=_A_MOMENT, poll_interval=0.01)
                except Timeout as error:
                    if self.who() is not None or time.monotonic() > until:
                        raise self._refusal() from error
        except OSError as error:
            raise EnvironmentProblemError(f"{self.lock} cannot be locked: {error}") from error
        try:
            if signed:
                self._sign()
            yield
        finally:
            with contextlib.suppress(OSError):
                (self.folder / PID).unlink()
            lock.release()

    def _sign(self) -> None:
        me = identity.identify(os.getpid())
        assert me is not None
        try:
            write_whole(self.folder / PID, f"{me.pid}\n{me.started}\n")
        except OSError as error:
            raise EnvironmentProblemError(
                f"{self.folder / PID} cannot be written: {error.strerror}"
            ) from error

    def _written(self) -> Identity | None:
        try:
            pid, started, *_ = (self.folder / PID).read_text().splitlines()
            return Identity(int(pid), started)
        except (FileNotFoundError, ValueError):
            return None

    def _refusal(self) -> LeaseHeldError:
        other = self._written()
        pid = f", process {other.pid}" if other else ""
        return LeaseHeldError(f"a watcher already runs here{pid}", hint="git gt down stops it")
