"""Let the system's supervisor look after the watcher: write its unit, or take it away."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final

from gitgt.daemon import units
from gitgt.daemon.instance import LOG
from gitgt.daemon.units import Unit
from gitgt.errors import EnvironmentProblemError, RefusedError
from gitgt.git.signposts import own_command
from gitgt.runtime.environment import town_mark
from gitgt.runtime.identity import DETACHED
from gitgt.runtime.notes import write_whole
from gitgt.runtime.process import CHOSEN, TOWN_MARK
from gitgt.values import dataclass

_PASSED_ON: Final = ("PATH", "LANG", "LC_ALL", "TMUX_TMPDIR")
_PATIENCE: Final = 20.0


class System(StrEnum):
    """Which supervisor."""

    SYSTEMD = "systemd"
    LAUNCHD = "launchd"


@dataclass(frozen=True, slots=True)
class Supervision:
    """A unit: where it is or would be, what it says, and what a person types to begin it.

    ``there`` tells whether it was there already, just so.
    """

    system: System
    path: Path
    text: bytes
    type: tuple[str, ...]
    there: bool = False


def usual() -> System:
    """Return the supervisor of this system."""
    return System.LAUNCHD if sys.platform == "darwin" else System.SYSTEMD


def plan(town: Path, system: System, environ: Mapping[str, str] = os.environ) -> Supervision:
    """Return the unit of *town*; nothing is written."""
    unit = _unit(town, environ)
    if system is System.LAUNCHD:
        path = _home(environ) / "Library/LaunchAgents" / f"{unit.name}.plist"
        start = f"launchctl bootstrap gui/{os.getuid()} {shlex.quote(str(path))}"
        return _looked(system, path, units.launchd(unit), (start,))
    base = Path(environ.get("XDG_CONFIG_HOME") or _home(environ) / ".config")
    path = base / "systemd/user" / f"{unit.name}.service"
    start = f"systemctl --user daemon-reload && systemctl --user enable --now {path.name}"
    linger = "loginctl enable-linger"
    return _looked(system, path, units.systemd(unit).encode(), (start, linger))


def enable(town: Path, system: System) -> Supervision:
    """Write the unit of *town*; twice is once.

    Raises:
        RefusedError: the supervisor would not take it, and why.
        EnvironmentProblemError: it cannot be written.
    """
    wanted = plan(town, system)
    if not wanted.there:
        try:
            wanted.path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(wanted.path, wanted.text.decode())
        except OSError as error:
            raise EnvironmentProblemError(
                f"{wanted.path} cannot be written: {error.strerror}"
            ) from error
    complaint = verify(wanted)
    if complaint:
        raise RefusedError(f"{wanted.path} is not as it should be: {complaint}")
    return wanted


def verify(unit: Supervision) -> str:
    """Return what the system's own check says against a unit that was written."""
    if unit.system is System.LAUNCHD or shutil.which("systemd-analyze") is None:
        return ""
    done = subprocess.run(
        ["systemd-analyze", "--user", "--man=no", "verify", str(unit.path)],
        capture_output=True, text=True, check=False, timeout=_PATIENCE,
    )  # fmt: skip
    said = [line for line in done.stderr.splitlines() if unit.path.name in line]
    return "; ".join(said) if done.returncode else ""


def disable(town: Path, system: System) -> tuple[Supervision, bool]:
    """Take the unit of *town* away; say if it was there."""
    wanted = plan(town, system)
    was_there = wanted.path.exists()
    for each in (wanted.path, _link_of(wanted.path)):
        each.unlink(missing_ok=True)
    return wanted, was_there


def _link_of(path: Path) -> Path:
    """Return the link by which systemd knows that a unit is enabled."""
    return path.parent / "default.target.wants" / path.name


def _looked(system: System, path: Path, text: bytes, typed: tuple[str, ...]) -> Supervision:
    try:
        there = path.read_bytes() == text
    except OSError:
        there = False
    return Supervision(system, path, text, typed, there)


def _unit(town: Path, environ: Mapping[str, str]) -> Unit:
    mark = town_mark(town)
    kept = {name: environ[name] for name in _PASSED_ON if name in environ}
    chosen = {name: each for name, each in environ.items() if name.startswith(CHOSEN)}
    return Unit(
        name=f"gitgt-{mark[:12]}",
        town=town,
        argv=(*own_command(), "-C", str(town), "daemon", "run", "--supervised"),
        environment={**kept, **chosen, TOWN_MARK: mark, DETACHED: "1"},
        log=town / ".git/gt" / LOG,
    )


def _home(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("HOME") or Path.home())
