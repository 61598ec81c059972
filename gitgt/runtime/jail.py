"""The jail: an agent's program sees the system, its own sandbox, and little else.

It is bubblewrap, where that is there: a prefix of the command line. What is read-only, hidden
or shown is a list of mounts, each upon those before it. Processes are not hidden: who asks
within whether a watcher lives needs its number. What they hold in memory is: the jail is a user
namespace of its own, so nobody within reads the environment of anybody outside.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final

from gitgt.values import dataclass

PROGRAM: Final = "bwrap"
# Says to whatever of ours runs within that it is not the one to start others.
MARK: Final = "GT_JAIL"
_PATIENCE: Final = 10.0


class How(StrEnum):
    """How a path is seen from within."""

    EMPTY = "--tmpfs"  # something of its own, gone afterwards
    SHOWN = "--ro-bind-try"
    WRITABLE = "--bind-try"


@dataclass(frozen=True, slots=True)
class Mount:
    """How one path is seen from within."""

    how: How
    path: Path


@dataclass(frozen=True, slots=True)
class Jail:
    """What a session is locked into: ``mounts`` upon a system that is read-only."""

    mounts: tuple[Mount, ...] = ()
    network: bool = True
    program: str = PROGRAM


@dataclass(frozen=True, slots=True, kw_only=True)
class Inmate:
    """Whom the jail is for.

    ``hidden`` are folders in which secrets are, all of which are there: homes, run, temporary
    ones. ``shown`` is what is needed of them all the same: programs, the town. ``repositories``
    are the common git directories that it writes to, ``git_dir`` is its own worktree's, and
    ``writable`` what else is its own.
    """

    hidden: tuple[Path, ...]
    shown: tuple[Path, ...]
    town: Path
    worktree: Path
    git_dir: Path | None = None
    repositories: tuple[Path, ...] = ()
    folder: Path | None = None
    writable: tuple[Path, ...] = ()


# What git or gitgt would run or believe, if somebody wrote it there: never an agent.
_RUN_OR_BELIEVED: Final = (
    "config",
    "config.worktree",
    "hooks",
    "info",
    "gt-chained",
    "worktrees",
    "gt/command",
    "gt/town",
    "gt/ledger",
    "gt/fence",
    "gt/targets",
    "gt/sessions",
)
# Names are looked up with what is there, and some systems have their programs there.
_NEEDED_OF_RUN: Final = (
    Path("/run/systemd/resolve"),
    Path("/run/resolvconf"),
    Path("/run/NetworkManager/resolv.conf"),
    Path("/run/current-system"),
    Path("/run/wrappers"),
)


def jail(inmate: Inmate, *, network: bool = True) -> Jail:
    """Return the jail for *inmate*."""
    return Jail(tuple(_mounts(inmate)), network)


def _mounts(inmate: Inmate) -> Iterator[Mount]:
    """Yield how paths are seen: what is inside of others comes after them."""
    for path in inmate.hidden:
        yield Mount(How.EMPTY, path)
    for path in (*_NEEDED_OF_RUN, *inmate.shown, inmate.town):
        yield Mount(How.SHOWN, path)
    for path in inmate.repositories:
        yield Mount(How.WRITABLE, path)
        for name in _RUN_OR_BELIEVED:
            yield Mount(How.SHOWN, path / name)
    own = (inmate.worktree, inmate.git_dir, inmate.folder, *inmate.writable)
    for each in own:
        if each is not None:
            yield Mount(How.WRITABLE, each)


def wrap(argv: Sequence[str], locked: Jail | None) -> tuple[str, ...]:
    """Return the words that run *argv* in a jail; without one, *argv* itself."""
    if locked is None:
        return tuple(argv)
    mounts = (word for it in locked.mounts for word in _words(it))
    apart = ("--unshare-user", "--unshare-ipc", "--unshare-uts", "--cap-drop", "ALL")
    network = () if locked.network else ("--unshare-net",)
    system = ("--ro-bind", "/", "/", "--dev", "/dev", "--bind", "/proc", "/proc")
    mark = ("--setenv", MARK, "1")
    return (locked.program, *apart, *network, *system, *mounts, *mark, "--", *argv)


def _words(mount: Mount) -> tuple[str, ...]:
    path = str(mount.path)
    return (mount.how, path) if mount.how is How.EMPTY else (mount.how, path, path)


def problem(program: str = PROGRAM) -> str:
    """Return why no jail can be had here; nothing, if one can."""
    argv = wrap(("true",), Jail((Mount(How.EMPTY, Path("/tmp")),), program=program))  # noqa: S108
    try:
        done = subprocess.run(
            argv, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=_PATIENCE
        )
    except FileNotFoundError:
        return f"{program} is not there"
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{program} cannot be run: {error}"
    if done.returncode == 0:
        return ""
    said = done.stderr.decode(errors="replace").strip().splitlines()
    return said[-1] if said else f"{program} exits with {done.returncode}"
