"""Where the taps of a session's program go, and that they are there when it starts.

Nothing that belongs to somebody else is written: no tracked file, and nothing in a person's
own configuration. Everything may be done twice, and by several at once.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from gitgt.errors import RefusedError
from gitgt.git import excluded
from gitgt.runtime.assignment import Assignment
from gitgt.runtime.commandline import TapFiles
from gitgt.runtime.notes import write_whole
from gitgt.runtime.presets import Runtime, Scope
from gitgt.runtime.taps import files, mirror
from gitgt.runtime.taps.files import Gateway
from gitgt.services.taps import wanted
from gitgt.services.town import Rig, Town

NOTHING: Final = TapFiles()


def install(
    town: Town,
    place: Rig | Town,
    assignment: Assignment,
    environ: Mapping[str, str] | None = None,
) -> TapFiles:
    """Put the taps of a session where its program looks for them, and say where that is.

    A program that has none gets none. Where a project keeps a file of its own in their place,
    they are left out, and the event log tells.

    Raises:
        SettingsError: what is wanted of them breaks its schema.
    """
    runtime, role = assignment.runtime, assignment.role
    if not runtime.taps.are_there:
        return NOTHING
    gateway = wanted.gateway(town, place, role, runtime)
    base = wanted.folder(place, role, runtime.name)
    match runtime.taps.scope:
        case Scope.INLINE:
            base.mkdir(parents=True, exist_ok=True)  # who runs on what is listed by these
            return TapFiles(words=files.words(runtime.taps, gateway))
        case Scope.WORKTREE:
            base.mkdir(parents=True, exist_ok=True)
            return _in_worktree(town, assignment, gateway)
        case Scope.HOME:
            return _in_home(base, runtime, gateway, os.environ if environ is None else environ)
        case _:
            file = put(base / runtime.taps.path, files.content(runtime.taps, gateway))
            return TapFiles(file=file, folder=base)


def put(path: Path, text: str) -> Path:
    """Write a whole file or none; one that says so already stays as it is."""
    if not is_so(path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
    return path


def is_so(path: Path, text: str) -> bool:
    """Tell whether the file at *path* says *text*."""
    try:
        return path.read_text(encoding="utf-8") == text
    except (OSError, UnicodeDecodeError):
        return False


def in_worktree(worktree: Path, runtime: Runtime, gateway: Gateway) -> tuple[Path, str]:
    """Return the file of a worktree that names the taps, and what it is to say.

    What somebody else wrote there, untracked, stays in it.

    Raises:
        RefusedError: the project tracks that file, or it is none that could be added to.
    """
    path = worktree / runtime.taps.path
    if excluded.is_tracked(worktree, runtime.taps.path):
        raise RefusedError(
            f"{path} is the project's own, and is left alone",
            hint=f"agents on {runtime.name} have no taps there",
        )
    if path.is_symlink() or path.parent.is_symlink():
        raise RefusedError(f"{path} leads elsewhere, and is left alone")
    if not path.exists():
        return path, files.content(runtime.taps, gateway)
    try:
        present = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        present = None
    if not isinstance(present, dict):
        raise RefusedError(f"{path} is no JSON, and is left alone")
    merged = files.merged(present, runtime.taps, gateway)
    return path, json.dumps(merged, indent=2, ensure_ascii=False) + "\n"


def _in_worktree(town: Town, assignment: Assignment, gateway: Gateway) -> TapFiles:
    worktree, runtime = assignment.worktree, assignment.runtime
    try:
        path, text = in_worktree(worktree, runtime, gateway)
    except RefusedError as error:
        facts = {"session": assignment.session, "why": error.message}
        town.events.append("taps.left_out", assignment.address, facts)
        return NOTHING
    excluded.exclude(worktree, runtime.taps.path)
    return TapFiles(file=put(path, text), folder=path.parent)


def _in_home(
    base: Path, runtime: Runtime, gateway: Gateway, environ: Mapping[str, str]
) -> TapFiles:
    """Show the program its own configuration folder with our file in it.

    It is a folder of links into the person's: what they set up there holds here, too.
    """
    config = runtime.config
    file = put(base / runtime.taps.path, files.content(runtime.taps, gateway))
    mirror.follow(Path(config.at(environ)), base, Path(runtime.taps.path))
    return TapFiles(file=file, folder=base, environment={config.variable: str(base)})
