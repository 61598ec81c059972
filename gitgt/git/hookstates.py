"""How it stands with our hooks."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from gitgt.git import chained, hookfiles, hookspath
from gitgt.git.hookfiles import SHARED, WORKTREES, Kit
from gitgt.git.repository import Repository
from gitgt.values import dataclass


class HookState(StrEnum):
    """How it stands with one of our hooks."""

    OURS = "ours"
    CHAINED = "chained"  # ours, and it runs one that was there before
    OUTDATED = "outdated"  # ours, of another version
    MISSING = "missing"
    FOREIGN = "foreign"  # somebody else's runs instead


@dataclass(frozen=True, slots=True)
class InstalledHook:
    """One of our hooks, and how it stands with it."""

    name: str
    state: HookState


def installed(repository: Repository, kit: Kit = WORKTREES) -> tuple[InstalledHook, ...]:
    """Return how it stands with each of our hooks."""
    common = repository.common
    value = hookspath.effective(common)
    folder = hookfiles.found(common, value) if value else common / "hooks"
    return tuple(InstalledHook(name, _state(common, folder, name)) for name in kit.hooks)


def _state(common: Path, folder: Path, name: str) -> HookState:
    place = hookfiles.place_of(folder / name)
    if hookfiles.is_foreign(place):
        return HookState.FOREIGN
    if not place.is_file() or not os.access(place, os.X_OK):
        return HookState.MISSING
    if place.read_bytes() != hookfiles.template(name):
        return HookState.OUTDATED
    is_behind = place.name != name
    return HookState.CHAINED if is_behind or _runs_another(common, name) else HookState.OURS


def _runs_another(common: Path, name: str) -> bool:
    configured = chained.folder(common) / ".folder"
    if configured.is_file():
        (old,) = shlex.split(configured.read_text(errors="surrogateescape").partition("=")[2])
        return hookfiles.holds(common, old, name)
    return os.path.lexists(chained.folder(common) / name)


def signature(common: Path, kit: Kit = WORKTREES) -> tuple[tuple[str, int, int], ...]:
    """Return what changes when somebody meddles with the hooks: to look costs no process."""
    return tuple(_seen(path) for path in _watched(common, kit))


def _watched(common: Path, kit: Kit) -> Iterator[Path]:
    yield common / "config"
    yield Path(os.environ.get("GIT_CONFIG_GLOBAL") or Path.home() / ".gitconfig")
    for folder in (common / "hooks", hookfiles.own_folder(common), chained.folder(common)):
        yield folder
        for name in (*kit.hooks, SHARED, ".folder"):
            yield folder / name


def _seen(path: Path) -> tuple[str, int, int]:
    try:
        found = path.lstat()
    except OSError:
        return str(path), 0, 0
    return str(path), found.st_mtime_ns, found.st_mode
