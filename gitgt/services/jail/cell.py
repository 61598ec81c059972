"""What a session's jail shows it: the programs that it needs, its own places, and no home."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import gitgt
from gitgt.git import refs
from gitgt.runtime.assignment import Assignment
from gitgt.runtime.jail import Inmate
from gitgt.services.town import Rig, Town
from gitgt.telemetry import events

# Where people keep what is nobody else's business, and sockets listen that would do as told.
_SECRETIVE: Final = ("/run", "/tmp", "/var/tmp", "/home", "/root")  # noqa: S108 - hidden


def inmate(
    town: Town,
    place: Rig | Town,
    assignment: Assignment,
    ours: Mapping[str, str],
    visible: tuple[str, ...] = (),
) -> Inmate:
    """Return what the session *assignment* may see and change, on this machine.

    A rig's agents write to its repository and, for their mail, to the town's; the town's own
    agents to those of all rigs.
    """
    rigs = [place] if isinstance(place, Rig) else list(town.rigs_here().values())
    hidden = _hidden(ours)
    return Inmate(
        hidden=hidden,
        shown=tuple(_below(hidden, _shown(assignment, ours, visible))),
        town=town.root,
        worktree=assignment.worktree,
        git_dir=refs.git_dir_of(assignment.worktree) if isinstance(place, Rig) else None,
        repositories=(town.repository.common, *(each.repository_path for each in rigs)),
        folder=assignment.folder,
        writable=(*_config(assignment, ours), town.root / events.NAME),
    )


def _hidden(ours: Mapping[str, str]) -> tuple[Path, ...]:
    """Return the folders that are hidden, outer ones first."""
    named = [*_SECRETIVE, ours.get("HOME", ""), ours.get("TMPDIR", "")]
    found = {Path(each).resolve() for each in named if each and Path(each).is_dir()}
    return tuple(sorted(found - {Path("/")}, key=lambda path: (len(path.parts), path)))


def _below(hidden: tuple[Path, ...], shown: Iterator[Path]) -> Iterator[Path]:
    """Yield what is hidden otherwise, and would not bring back all that is."""
    for path in dict.fromkeys(shown):
        inside = any(path.is_relative_to(each) for each in hidden)
        if inside and not any(each.is_relative_to(path) for each in hidden):
            yield path


def _shown(
    assignment: Assignment, ours: Mapping[str, str], visible: tuple[str, ...]
) -> Iterator[Path]:
    """Yield where programs are: gitgt's own, those of the PATH, and the agent's.

    What a person's own command line names by its whole path is a part of the program: a script
    in their home, for most.
    """
    for each in (sys.prefix, sys.base_prefix, Path(gitgt.__file__).parents[1]):
        yield Path(each).resolve()
    path = ours.get("PATH", os.defpath)
    for each in path.split(os.pathsep):
        if Path(each).is_absolute():
            yield Path(each)
            yield Path(each).resolve()
    command = shutil.which(assignment.runtime.command[0], path=path)
    if command is not None:
        yield from _package(Path(command).resolve())
    for word in assignment.runtime.command[1:]:
        if Path(word).is_absolute():
            yield Path(word)
    for each in visible:
        yield _expanded(each, ours)


def _package(program: Path) -> Iterator[Path]:
    """Yield where a program is with what belongs to it."""
    if "node_modules" in program.parts:
        yield Path(*program.parts[: program.parts.index("node_modules") + 1])
    yield program.parent


def _config(assignment: Assignment, ours: Mapping[str, str]) -> Iterator[Path]:
    """Yield where the agent's program keeps its own: its folders are there, or are made."""
    config = assignment.runtime.config
    folder = config.at(ours)
    for each in (f"{folder}/" if folder else "", *config.besides):
        path = _expanded(each, ours)
        if each.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
        if each:
            yield path.resolve()


def _expanded(path: str, ours: Mapping[str, str]) -> Path:
    home = ours.get("HOME", "")
    return Path(home, path[2:]) if path.startswith("~/") else Path(path)
