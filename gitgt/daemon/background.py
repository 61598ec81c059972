"""Up and down: the watcher as a process in the background, and the end of all it started."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gitgt.daemon.acting import acting
from gitgt.daemon.instance import Instance
from gitgt.errors import EnvironmentProblemError
from gitgt.git.signposts import own_command
from gitgt.runtime import identity, process
from gitgt.runtime.environment import town_mark
from gitgt.runtime.identity import Identity
from gitgt.runtime.process import TOWN_MARK, Running

_PATIENCE: Final = 30.0
_SWEEPS: Final = 10


@dataclass(frozen=True, slots=True)
class Stopped:
    """What ``down`` ended: the watcher, runs by their folders, and whoever else was left."""

    watcher: Identity | None
    runs: tuple[Path, ...]
    others: tuple[Identity, ...]

    def __bool__(self) -> bool:
        return bool(self.watcher or self.runs or self.others)


def up(
    town: Path, instance: Instance, argv: Sequence[str] | None = None
) -> tuple[Identity, bool]:
    """Start the watcher in the background; return who it is and whether it is a new one.

    It runs ``git-gt watch`` in the town's folder, or *argv*.

    Raises:
        EnvironmentProblemError: it does not come up, and what it said.
    """
    running = instance.who()
    if running is not None:
        return running, False
    instance.folder.mkdir(parents=True, exist_ok=True)
    with instance.log.open("ab") as log:
        began = log.tell()
        started = subprocess.Popen(
            argv or (*own_command(), "watch"),
            cwd=town,
            env=process.detached_environment(town_mark(town)),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    return _wait_until_up(instance, started, began), True


def down(
    town: Path, instance: Instance, folders: Iterable[Path], *, grace: float = 5.0
) -> Stopped:
    """End the watcher, then the runs below *folders*, then whoever carries the town's mark.

    Raises:
        EnvironmentProblemError: something is still alive.
    """
    watcher = instance.who()
    _end_watcher(watcher, grace)
    with instance.held(signed=False), _no_pass(instance.folder):
        runs = tuple(run for folder in folders for run in runs_below(folder))
        for run in runs:
            process.ask_to_stop(run, grace)
        for run in runs:
            process.stop(run, grace)
        return Stopped(watcher, runs, tuple(_sweep(town, grace)))


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
    found = sorted(path.parent for path in folder.rglob("spec.json"))
    return [run for run in found if isinstance(process.look(run), Running)]


def alive(town: Path) -> list[Identity]:
    """Return every living process that works for *town*, but us and whoever started us."""
    family = identity.family()
    marked = identity.marked(TOWN_MARK, town_mark(town))
    return [who for who in marked if who.pid not in family]


def _wait_until_up(
    instance: Instance, started: subprocess.Popen[bytes], began: int
) -> Identity:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        running = instance.who()
        if running is not None:
            started.returncode = 0  # from now on it is nobody's child
            return running
        if started.poll() is not None:
            raise EnvironmentProblemError(
                f"the watcher did not start: {_said(instance, began)}",
                hint=f"see {instance.log}",
            )
        time.sleep(0.01)
    started.kill()
    started.wait()
    raise EnvironmentProblemError(
        "the watcher did not start in time", hint=f"see {instance.log}"
    )


def _said(instance: Instance, began: int) -> str:
    """Return the last line that was written to the log since it was *began* long."""
    with instance.log.open("rb") as log:
        log.seek(began)
        lines = log.read().decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def _end_watcher(watcher: Identity | None, grace: float) -> None:
    if watcher is None:
        return
    identity.send(watcher, signal.SIGTERM)
    left = process.wait_for_end([watcher], grace)
    if process.kill_all(left, grace=0.0):
        raise EnvironmentProblemError(f"the watcher, process {watcher.pid}, cannot be killed")


def _sweep(town: Path, grace: float) -> list[Identity]:
    """End whoever is left, and look again, until nobody is."""
    ended: list[Identity] = []
    for _ in range(_SWEEPS):
        left = alive(town)
        if not left:
            return ended
        ended.extend(left)
        process.kill_all(left, grace=grace)
    pids = ", ".join(str(who.pid) for who in alive(town))
    raise EnvironmentProblemError(f"processes {pids} are still alive")
