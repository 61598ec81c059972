"""The end of all that works for a town: the watcher, sessions, gates, and whoever else is left.

Everybody is known by who they are: runs by what their folders say, all others by the town's
mark in their environment. They are asked to end, then killed, and looked for again: what is
told as ended is gone, and what is left is told.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from gitgt.daemon.acting import acting
from gitgt.daemon.instance import Instance
from gitgt.errors import EnvironmentProblemError
from gitgt.runtime import identity, process
from gitgt.runtime.environment import town_mark
from gitgt.runtime.identity import Identity
from gitgt.runtime.process import TOWN_MARK, Running
from gitgt.values import dataclass

_PATIENCE: Final = 30.0
_SWEEPS: Final = 10


@dataclass(frozen=True, slots=True)
class Found:
    """What works for a town: the watcher, runs by their folders, and whoever else."""

    watcher: Identity | None
    runs: tuple[Path, ...]
    others: tuple[Identity, ...]

    def __bool__(self) -> bool:
        return bool(self.watcher or self.runs or self.others)


@dataclass(frozen=True, slots=True)
class Left:
    """A process that is still alive, by its pid (0: nobody knows which) and why it is."""

    pid: int
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Stopped(Found):
    """What was ended, and what is ``left`` of it, and of whoever came since."""

    left: tuple[Left, ...] = ()

    def __bool__(self) -> bool:
        return Found.__bool__(self) or bool(self.left)


def found(town: Path, instance: Instance, folders: Iterable[Path]) -> Found:
    """Return what would be ended; nothing is."""
    watcher = instance.who()
    runs = tuple(run for folder in folders for run in runs_below(folder))
    others = process.beyond(runs, alive(town))
    return Found(watcher, runs, tuple(who for who in others if not _comes_of(who.pid, watcher)))


def _comes_of(pid: int, watcher: Identity | None) -> bool:
    """Tell whether *pid* is the watcher's, or what it is just calling, such as git."""
    above: int | None = pid
    while watcher and above and above != watcher.pid:
        above = identity.parent_of(above)
    return watcher is not None and above == watcher.pid


def down(
    town: Path, instance: Instance, folders: Sequence[Path], *, grace: float = 5.0
) -> Stopped:
    """End the watcher, then the runs below *folders*, then whoever carries the town's mark.

    They are asked to, and after *grace* seconds killed.
    """
    watcher = instance.who()
    with _kept_down(instance, watcher, grace):
        runs = tuple(run for folder in folders for run in runs_below(folder))
        for run in runs:
            process.ask_to_stop(run, grace)
        for run in runs:
            with suppress(EnvironmentProblemError):  # it is found again below
                process.stop(run, grace)
        others = sweep(town, grace)
        return Stopped(watcher, runs, tuple(others), tuple(_left(town, folders)))


@contextmanager
def _kept_down(instance: Instance, watcher: Identity | None, grace: float) -> Iterator[None]:
    """End the watcher, and let nobody start anything before all that runs has ended."""
    with ExitStack() as held:
        if end_watcher(watcher, grace):
            held.enter_context(instance.held(signed=False))
            held.enter_context(_no_pass(instance.folder))
        yield


@contextmanager
def _no_pass(gt: Path) -> Iterator[None]:
    """Let nobody start anything: wait until a pass has noticed that somebody holds the town."""
    until = time.monotonic() + _PATIENCE
    with ExitStack() as held:
        with suppress(OSError):  # a disk that takes no lock stops no end
            held.enter_context(acting(gt, waits=lambda: time.monotonic() < until))
        yield


def runs_below(folder: Path) -> list[Path]:
    """Return the runs in and below *folder* that still go on."""
    specs = sorted(path.parent for path in folder.rglob("spec.json"))
    return [run for run in specs if isinstance(process.look(run), Running)]


def alive(town: Path) -> list[Identity]:
    """Return every living process that works for *town*, but us and whoever started us."""
    family = identity.family()
    return [who for who in _marked(town) if who.pid not in family]


def _marked(town: Path) -> list[Identity]:
    return identity.marked(TOWN_MARK, town_mark(town))


def end(those: Iterable[Identity], grace: float) -> list[Identity]:
    """End *those*, and return who has ended."""
    wanted = [*those]
    left = process.kill_all(wanted, grace=grace)
    return [who for who in wanted if who not in left]


def end_watcher(watcher: Identity | None, grace: float) -> bool:
    """End the watcher; say whether it has ended."""
    if watcher is None:
        return True
    identity.send(watcher, signal.SIGTERM)
    left = process.wait_for_end([watcher], grace)
    return not process.kill_all(left, grace=0.0)


def sweep(town: Path, grace: float) -> list[Identity]:
    """End whoever is left, and look again, until nobody is; return who was."""
    ended: list[Identity] = []
    for _ in range(_SWEEPS):
        left = alive(town)
        if not left:
            break
        ended.extend(who for who in left if who not in ended)
        process.kill_all(left, grace=grace)
    return [who for who in ended if not identity.is_alive(who)]


def _left(town: Path, folders: Iterable[Path]) -> Iterator[Left]:
    """Look once more: yield who works for the town after all."""
    family = identity.family() - {os.getpid()}
    for who in _marked(town):
        if who.pid in family:
            yield Left(who.pid, identity.name_of(who.pid), "this command was started from it")
        elif who.pid != os.getpid():
            yield Left(who.pid, identity.name_of(who.pid), "it cannot be killed")
    for folder in folders:
        for run in runs_below(folder):
            yield Left(_pid_of(run), "", f"whoever holds {run / 'alive'}")


def strays(sandboxes: Sequence[Path]) -> list[Identity]:
    """Return who works in these *sandboxes*, on no terminal, and carries no mark.

    Somebody may have taken it off them; but it may as well be a person's own.
    """
    family = identity.family()
    return [
        who
        for who in identity.standing_in(sandboxes)
        if who.pid not in family and not identity.carries(who.pid, TOWN_MARK)
    ]


def _pid_of(run: Path) -> int:
    return next((who.pid for who in _shim_of(run)), 0)


def _shim_of(run: Path) -> list[Identity]:
    seen = process.look(run)
    return [seen.shim] if isinstance(seen, Running) and seen.shim else []
