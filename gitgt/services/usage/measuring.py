"""Measure what a town takes of the disk, part by part.

What git shares among the worktrees of a rig is counted once, with its repository.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from gitgt.git.command import attempt
from gitgt.git.repository import Repository
from gitgt.services.agents import hook
from gitgt.services.sessions import sessions
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_BLOCK: Final = 512
# So little is not worth packing.
_LOOSE: Final = 1024 * 1024
_TRASH: Final = "refs/gt/trash/"
_TRANSCRIPTS: Final = "refs/gt/transcripts"
_HQ: Final = "hq"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What takes so many *bytes*; *command* takes them back, and loses nothing if *safe*."""

    where: str
    what: str
    bytes: int
    safe: bool = False
    command: str = ""

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


def measure(town: Town, rig: Rig | None = None) -> list[Part]:
    """Return what *rig* takes, or the whole town: the biggest first."""
    rigs = [rig] if rig else [*town.rigs_here().values()]
    found = [part for each in rigs for part in _of_rig(town, each)]
    if rig is None:
        found += [
            *_of_repository(_HQ, town.repository),
            Part(where=_HQ, what="desk", bytes=size_of(town.desk)),
            Part(where=_HQ, what="event log", bytes=_log_size(town.root)),
        ]
    return sorted(
        (each for each in found if each.bytes), key=lambda each: (-each.bytes, each.where)
    )


def _of_rig(town: Town, rig: Rig) -> Iterator[Part]:
    now = town.ledger_at(rig).snapshot()
    held = {address for address, _ in hook.held(now)}
    for path in _folders(rig.path / "polecats"):
        address = f"{rig.name}/polecats/{path.name}"
        is_idle = address not in held and not sessions.is_running(rig, address)
        yield Part(
            where=rig.name, what=f"sandbox {path.name}", bytes=size_of(path), safe=is_idle,
            command=f"git gt polecat nuke {rig.name}/{path.name}" if is_idle else "",
        )  # fmt: skip
    for path in _folders(rig.path / "crew"):
        yield Part(where=rig.name, what=f"crew {path.name}", bytes=size_of(path))
    gates = size_of(rig.path / "refinery")
    yield Part(where=rig.name, what="gates' worktrees", bytes=gates)
    yield Part(where=rig.name, what="desk", bytes=size_of(rig.desk))
    yield from _of_repository(rig.name, Repository(rig.repository_path))


def _of_repository(where: str, repository: Repository) -> Iterator[Part]:
    counts = _counts(repository)
    loose = counts.get("size", 0) * 1024
    pack = f"git gt dog chore pack --rig {where}" if loose > _LOOSE else ""
    yield Part(where=where, what="objects, loose", bytes=loose, safe=bool(pack), command=pack)
    trash, said = _only_by(repository, _TRASH), _only_by(repository, _TRANSCRIPTS)
    packed = counts.get("size-pack", 0) * 1024
    yield Part(where=where, what="objects, packed", bytes=packed)
    yield Part(
        where=where, what="trash, among the objects", bytes=trash,
        command=f"git gt dog chore trash --rig {where}" if trash else "",
    )  # fmt: skip
    yield Part(where=where, what="transcripts, among the objects", bytes=said)
    yield Part(where=where, what="sessions", bytes=size_of(repository.gt / "sessions"))
    index = sum(_own(path) for path in repository.gt.glob("index.sqlite*"))
    yield Part(where=where, what="index", bytes=index)
    logs = size_of(repository.gt / "log") + _own(repository.gt / "watch.log")
    yield Part(
        where=where, what="logs", bytes=logs,
        command="git gt daemon rotate-logs" if logs > _LOOSE else "",
    )  # fmt: skip


def _counts(repository: Repository) -> dict[str, int]:
    said = attempt("count-objects", "-v", cwd=repository.common).stdout.decode()
    rows = (line.partition(": ")[::2] for line in said.splitlines())
    return {name: int(count) for name, count in rows if count.isdigit()}


def _only_by(repository: Repository, prefix: str) -> int:
    """Return how many bytes are held by the refs below *prefix*, and by no others."""
    if not repository.refs(f"{prefix.rstrip('/')}/") and repository.ref(prefix) is None:
        return 0
    said = attempt(
        "rev-list", "--objects", "--disk-usage", f"--glob={prefix.rstrip('/')}", "--not",
        f"--exclude={prefix.rstrip('/')}*", "--all", "--", cwd=repository.common,
    )  # fmt: skip
    text = said.stdout.decode().strip()
    return int(text) if text.isdigit() else 0


def _folders(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir())
    except OSError:
        return []


def _log_size(root: Path) -> int:
    return sum(_own(path) for path in root.glob(".events.jsonl*"))


def size_of(folder: Path) -> int:
    """Return how much of the disk a folder takes, each file of several names once."""
    seen: set[tuple[int, int]] = set()
    return _size(folder, seen)


def _size(folder: Path, seen: set[tuple[int, int]]) -> int:
    total = 0
    try:
        entries = [*os.scandir(folder)]
    except OSError:
        return 0
    for entry in entries:
        try:
            found = entry.stat(follow_symlinks=False)
        except OSError:
            continue
        if stat.S_ISDIR(found.st_mode):
            total += _size(Path(entry.path), seen)
        elif (found.st_dev, found.st_ino) not in seen:
            seen.add((found.st_dev, found.st_ino))
            total += found.st_blocks * _BLOCK
    return total


def _own(path: Path) -> int:
    try:
        return path.stat().st_blocks * _BLOCK
    except OSError:
        return 0
