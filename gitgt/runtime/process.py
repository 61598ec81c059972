"""Long-running commands: started detached, watched over by a shim, looked at by anybody.

A run is a folder. ``spawn`` writes what is to be run and starts the shim (``shim.py``), which
outlives us; ``look`` reads how it is going, whoever asks, also after our own death; ``stop``
ends it and everything that came of it.

    spec.json   what was asked for            running   who the shim and the command are
    output      what the command printed      result    how it ended, written once, whole

The shim holds a lock on ``alive`` from before its birth to its death, so whether it lives is
the kernel's word. When the command has ended, the shim leaves a note in each spool of
``wake``; if nobody holds the lock ``watcher``, it starts ``after``.
"""

from __future__ import annotations

import dataclasses
import fcntl
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Self

from gitgt.errors import BusyError, EnvironmentProblemError
from gitgt.git import faults
from gitgt.runtime import identity
from gitgt.runtime.held import is_held
from gitgt.runtime.identity import Identity
from gitgt.runtime.notes import write_whole
from gitgt.runtime.program import find_program
from gitgt.runtime.terminal.greeting import Greeting
from gitgt.values import dataclass

CANNOT_EXECUTE: Final = 126  # as a shell says it
RUN_MARK: Final = "GT_RUN"
TOWN_MARK: Final = "GT_TOWN_RUN"
# GT_SESSIONS_LAUNCHER and GT_SESSIONS_JAIL: no session's marks, but a person's choice.
CHOSEN: Final = "GT_SESSIONS_"
_SECRETS: Final = "secrets"
FROZEN: Final = "frozen"  # a file that says: stopped where it stands
_OF_ONE_RUN: Final = (
    "result", "running", "stop", "stdin", "output", "output.1", "output.2", "unready", _SECRETS,
    FROZEN,
)  # fmt: skip
_KIB: Final = 1024
_SHIM: Final = Path(__file__).resolve().with_name("shim.py")
# What it takes, on a busy machine, to kill what is left and to write the result.
_TO_FINISH: Final = 10.0

# What is raised by whoever reads a note that somebody has spoilt.
_SPOILT: Final = (ValueError, KeyError, TypeError, AttributeError)


class On(StrEnum):
    """What a command's input and output are."""

    NOTHING = "nothing"  # a file or nothing, and a pipe to its shim
    PTY = "pty"  # a pseudo terminal that its shim keeps
    PANE = "pane"  # the terminal that its shim was started on, a pane of tmux


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """What is to be run, and who is told when it has ended.

    ``env`` is the whole environment of the command, but for its ``secrets``: those are in a
    file of their own, which is gone once they are read. ``output_limit`` is how many bytes of
    the beginning and of the end are kept, ``memory`` how many each process of it may take.
    ``note`` is what the notes say. On a ``terminal`` it may be greeted.
    """

    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str]
    directory: Path
    stdin: bytes | None = None
    timeout: float | None = None
    grace: float = 5.0
    memory: int | None = None
    output_limit: tuple[int, int] = (256 * _KIB, 1024 * _KIB)
    wake: tuple[Path, ...] = ()
    note: str = ""
    watcher: Path | None = None
    after: tuple[str, ...] | None = None
    secrets: Mapping[str, str] = dataclasses.field(default_factory=dict)
    terminal: On = On.NOTHING
    size: tuple[int, int] = (48, 160)
    greeting: Greeting | None = None

    def to_json(self) -> str:
        """Return all of it but the input and the secrets, which are files of their own."""
        bare = dataclasses.replace(self, env={}, secrets={}, stdin=None)
        return json.dumps(dataclasses.asdict(bare) | {"env": dict(self.env)}, default=str)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what ``to_json`` wrote."""
        fields: dict[str, Any] = json.loads(text)
        for name in ("cwd", "directory", "watcher"):
            fields[name] = Path(fields[name]) if fields[name] else None
        for name in ("argv", "output_limit", "after", "size"):
            fields[name] = tuple(fields[name]) if fields[name] is not None else None
        fields["wake"] = tuple(Path(each) for each in fields["wake"])
        fields["terminal"] = On(fields["terminal"])
        fields["greeting"] = Greeting.read(fields["greeting"])
        return cls(**fields)


Begin = Callable[[Spec, int], None]


@dataclass(frozen=True, slots=True)
class Running:
    """It runs. ``command`` is None for the moment before the shim has started it."""

    shim: Identity | None
    command: Identity | None
    output: Path

    @property
    def pid(self) -> int:
        """The command's pid; 0 before it has one."""
        return self.command.pid if self.command else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """It has ended: with ``code``, or by ``signal``, or it never began (``error``).

    ``left`` are the programs that it left running behind it, which were ended.
    """

    code: int | None
    signal: int | None
    timed_out: bool
    stopped: bool
    seconds: float
    bytes: int
    error: str
    output: Path
    left: tuple[str, ...] = ()

    @property
    def began(self) -> bool:
        """Tell whether the command was started at all."""
        is_fault = self.code in (CANNOT_EXECUTE, None) and self.signal is None
        return not (self.error and is_fault)

    @property
    def ok(self) -> bool:
        """Tell whether it exited with 0, by itself."""
        return self.code == 0 and not self.timed_out and not self.stopped


@dataclass(frozen=True, slots=True)
class Lost:
    """Its shim was killed, or the machine went down: how it ended nobody knows."""

    output: Path


def spawn(spec: Spec, begin: Begin | None = None) -> str:
    """Start *spec* detached, and return the mark that all its processes carry.

    *begin* is who starts the shim, if it is not to be a process of its own.

    Raises:
        BusyError: something runs in that folder.
        EnvironmentProblemError: the command cannot be started, and why.
    """
    find_program(spec.argv, spec.cwd, spec.env)
    run = secrets.token_hex(8)
    spec.directory.mkdir(parents=True, exist_ok=True)
    with (spec.directory / "alive").open("wb") as alive:
        _claim(alive.fileno(), spec.directory)
        _clear(spec.directory)
        if spec.stdin is not None:
            (spec.directory / "stdin").write_bytes(spec.stdin)
        marked = dataclasses.replace(spec, env={**spec.env, RUN_MARK: run})
        if spec.secrets:
            write_whole(spec.directory / _SECRETS, json.dumps(dict(spec.secrets)))
        write_whole(spec.directory / "spec.json", marked.to_json())
        faults.act("start", spec.directory)
        (begin or _start_shim)(marked, alive.fileno())
    return run


def take_up(directory: Path) -> Spec:
    """Return what is to be run in *directory*, for its shim: with its secrets, only once."""
    spec = Spec.from_json((directory / "spec.json").read_text())
    kept = directory / _SECRETS
    try:
        secrets_of_it = json.loads(kept.read_bytes())
    except FileNotFoundError:
        return spec
    kept.unlink()
    return dataclasses.replace(spec, secrets=secrets_of_it)


def environment_of(directory: Path) -> dict[str, str]:
    """Return the environment that the run in *directory* was started with."""
    return dict(Spec.from_json((directory / "spec.json").read_text()).env)


def look(directory: Path) -> Running | Ended | Lost | None:
    """Return how the run in *directory* is doing, None if there is none."""
    ended = _result(directory)
    if not (directory / "spec.json").exists():
        return ended
    if ended:
        return Lost(ended.output) if _spec(directory) is None else ended
    if is_held(directory / "alive"):
        return _running(directory)
    # It may have ended between the two looks.
    return _result(directory) or Lost(directory / "output")


def stop(directory: Path, grace: float = 5.0) -> list[Identity]:
    """End the run in *directory* with all that came of it; return who was ended.

    Its processes get SIGTERM, and after *grace* seconds SIGKILL. Afterwards there is a result.

    Raises:
        EnvironmentProblemError: something outlived even that.
    """
    if not (directory / "spec.json").exists():
        return []
    before = members(directory)
    ask_to_stop(directory, grace)
    _wait_for_shim(directory, grace)
    left = kill_all(members(directory), grace=0.0)
    if left:
        pids = ", ".join(str(who.pid) for who in left)
        raise EnvironmentProblemError(f"processes {pids} cannot be killed")
    if _result(directory) is None:
        write_whole(directory / "result", json.dumps(_STOPPED))
    return before


def ask_to_stop(directory: Path, grace: float = 5.0, *, goes_on: bool = False) -> None:
    """Ask the shim of the run in *directory*, if there is one, to end it; do not wait.

    With *goes_on* it starts ``after``, as it does when a run ends by itself.
    """
    if not is_held(directory / "alive"):
        return
    if not (directory / "stop").exists():
        write_whole(directory / "stop", json.dumps({"grace": grace, "goes_on": goes_on}))
    shim, _ = _who(directory)
    if shim is not None:
        identity.send(shim, signal.SIGTERM)


def asked_for(directory: Path) -> float | None:
    """Return for how long the run in *directory* has been asked to end; None if nobody has."""
    try:
        return max(0.0, time.time() - (directory / "stop").stat().st_mtime)
    except OSError:
        return None


def kill_all(those: list[Identity], *, grace: float) -> list[Identity]:
    """Send SIGTERM to *those*, after *grace* SIGKILL, and return who still lives.

    Whoever was stopped where it stands goes on, to end.
    """
    if grace > 0:
        for who in those:
            identity.send(who, signal.SIGTERM)
            identity.send(who, signal.SIGCONT)
        those = wait_for_end(those, grace)
    for who in those:
        identity.send(who, signal.SIGKILL)
    return wait_for_end(those, _TO_FINISH)


def wait_for_end(those: list[Identity], patience: float) -> list[Identity]:
    """Wait until *those* have ended or *patience* has; return who still lives."""
    until = time.monotonic() + patience
    left = identity.living(those)
    while left and time.monotonic() < until:
        time.sleep(0.01)
        left = identity.living(left)
    return left


_STOPPED: Final = {
    "code": None,
    "signal": int(signal.SIGKILL),
    "timed_out": False,
    "stopped": True,
    "seconds": 0.0,
    "bytes": 0,
    "error": "",
}


def _claim(descriptor: int, directory: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise BusyError(f"something already runs in {directory}") from error


def _clear(directory: Path) -> None:
    """Remove what an earlier run in the same folder left."""
    for name in _OF_ONE_RUN:
        (directory / name).unlink(missing_ok=True)


def _start_shim(spec: Spec, lock: int) -> None:
    """Start the shim; it forks at once, so what we wait for is no child of ours any more."""
    directory = spec.directory
    with (directory / "shim.log").open("wb") as log:
        done = subprocess.run(
            [sys.executable, "-P", str(_SHIM), str(directory), str(lock)],
            cwd=directory,
            env=detached_environment(spec.env.get(TOWN_MARK, "")),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(lock,),
            start_new_session=True,
            check=False,
        )
    if done.returncode:
        said = (directory / "shim.log").read_text(errors="replace").strip()
        raise EnvironmentProblemError(f"no process can be started: {said[-200:]}")


def detached_environment(mark: str = "") -> dict[str, str]:
    """Return the environment of a process of ours that outlives whoever starts it.

    It belongs to nobody's session, so it loses the marks of the one that it is started from,
    but it carries the *mark* of the town that it works for, and what a person chose for all
    that is started from their shell.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GT_") or name.startswith(CHOSEN)
    }
    kept[identity.DETACHED] = "1"
    if mark:
        kept[TOWN_MARK] = mark
    return kept


def start_detached(argv: Sequence[str], mark: str) -> None:
    """Start *argv* for a shim, whose log gets what it says: a terminal is the command's."""
    subprocess.Popen(
        argv,
        cwd="/",  # whoever takes the result in may remove the run's folder
        env=detached_environment(mark),
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        start_new_session=True,
    )


def _result(directory: Path) -> Ended | None:
    try:
        fields = json.loads((directory / "result").read_bytes())
        left = tuple(fields.pop("left", ()))
        return Ended(**fields, output=directory / "output", left=left)
    except (FileNotFoundError, *_SPOILT):
        return None


def _spec(directory: Path) -> Spec | None:
    """Return what was started; None if nobody can read that."""
    try:
        return Spec.from_json((directory / "spec.json").read_text())
    except (FileNotFoundError, *_SPOILT):
        return None


def _running(directory: Path) -> Running:
    shim, command = _who(directory)
    return Running(shim, command, directory / "output")


def _who(directory: Path) -> tuple[Identity | None, Identity | None]:
    """Return who the shim and the command are, as far as it is known."""
    try:
        fields = json.loads((directory / "running").read_bytes())
        shim, command = (
            Identity(*each) if each else None for each in (fields["shim"], fields["command"])
        )
    except (FileNotFoundError, *_SPOILT):
        return None, None
    return shim, command


def members(directory: Path) -> list[Identity]:
    """Return all processes of the run in *directory* but its shim."""
    spec = _spec(directory)
    shim, command = _who(directory)
    found = set(identity.marked(RUN_MARK, spec.env[RUN_MARK]) if spec else ())
    if command is not None:
        found.update(identity.in_session(command.pid) if identity.is_alive(command) else ())
    if shim is not None and identity.is_alive(shim):
        found.update(identity.descendants(shim.pid))
    return sorted(found, key=lambda who: who.pid)


def beyond(runs: Iterable[Path], those: Iterable[Identity]) -> list[Identity]:
    """Return the ones of *those* that belong to none of *runs*.

    A run may start another process at any time, so it is asked by its mark.
    """
    known = list(runs)
    marks = {spec.env.get(RUN_MARK) for run in known if (spec := _spec(run))}
    shims = {_who(run)[0] for run in known}
    return [
        who
        for who in those
        if who not in shims
        and not any(mark and identity.carries(who.pid, RUN_MARK, mark) for mark in marks)
    ]


def _wait_for_shim(directory: Path, grace: float) -> None:
    """Wait until the shim has ended everything, and end the shim if it does not."""
    until = time.monotonic() + grace + _TO_FINISH
    while is_held(directory / "alive"):
        ask_to_stop(directory, grace)
        if time.monotonic() > until:
            shim, _ = _who(directory)
            if shim is None:
                raise EnvironmentProblemError(f"whoever holds {directory / 'alive'} is unknown")
            identity.send(shim, signal.SIGKILL)
        time.sleep(0.01)
