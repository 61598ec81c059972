"""The watcher by hand: lets the roles look until nothing moves, and waits for what runs."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gitgt.daemon.assemble import assemble
from gitgt.daemon.ending import runs_below
from gitgt.daemon.instance import Instance
from gitgt.git.spool import Spool
from gitgt.services.town import Town
from tests.support.waiting import until

# Longer than any back-off: what is busy is tried again at the next turn.
_LONG: Final = 1000.0
_TURNS: Final = 300
# So many seconds, which are as many turns, a town that stands still is waited for.
_SOON: Final = 10


class Sitting:
    """One watcher's life, from when it looks for the first time."""

    def __init__(self, town: Town, tick: Callable[[], None] = lambda: None) -> None:
        self._town = town
        self._tick = tick
        self._reactor = assemble(town)
        self._turns = 0

    def settle(self) -> None:
        """Go on until nothing moves, nothing runs any more, and nothing is due soon."""
        idle = 0
        for _ in range(_TURNS):
            before = self._state()
            self.turn()
            if self._state() != before:
                idle = 0
            elif before[1]:
                self._wait(before[1])
            elif idle < _SOON and self._is_due_soon():
                idle += 1
            else:
                return
        raise AssertionError("the town does not settle")

    def turn(self) -> None:
        """Let every role look once, as if everything had changed."""
        for spool in self._spools():
            spool.take()
        self._turns += 1
        self._tick()
        self._reactor.wake_all(self._turns * _LONG)
        self._reactor.turn(self._turns * _LONG)

    def _is_due_soon(self) -> bool:
        deadline = self._reactor.next_deadline()
        return deadline is not None and deadline <= self._turns * _LONG + _SOON

    def _wait(self, runs: list[Path]) -> None:
        until(lambda: running(self._town) != runs or self._notes(), patience=60)

    def _state(self) -> tuple[list[dict[str, str]], list[Path], bool]:
        repositories = [ledger.repository for _, ledger in self._town.ledgers()]
        refs = [each.refs("refs/") for each in repositories]
        return (refs, running(self._town), self._notes())

    def _notes(self) -> bool:
        return any(spool.waiting() for spool in self._spools())

    def _spools(self) -> Iterator[Spool]:
        return (Spool.of(ledger.repository.common) for _, ledger in self._town.ledgers())


def running(town: Town) -> list[Path]:
    """Return the sessions and gates that go on, by their folders."""
    commons = [ledger.repository.common for _, ledger in town.ledgers()]
    return [run for common in commons for run in runs_below(common / "gt")]


@contextmanager
def stand_in(town: Town) -> Iterator[None]:
    """Let hooks and shims believe that a watcher lives: they leave notes and do no more."""
    instance = Instance(town.gt)
    argv = ["sh", "-c", "read line", "git-gt", "watch"]
    with (
        instance.held(),
        subprocess.Popen(argv, stdin=subprocess.PIPE, cwd=instance.folder) as watcher,
    ):
        path = instance.folder / "watch.pid"
        signed = path.read_text()
        path.write_text(f"{watcher.pid}\n")
        try:
            yield
        finally:
            path.write_text(signed)
            watcher.communicate(b"\n")
