"""Taps as they stand: of each role in each place, and in sandboxes."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from gitgt.errors import GtError, RefusedError
from gitgt.runtime.presets import Runtime, Scope
from gitgt.runtime.taps import files
from gitgt.runtime.taps.files import Gateway
from gitgt.services.sessions import runtimes
from gitgt.services.taps import placing, wanted
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_OF_TOWN: Final = ("mayor", "deacon")
_OF_RIG: Final = ("crew", "polecat", "witness", "refinery")
_SANDBOXES: Final = {"polecat": "polecats"}


class TapState(StrEnum):
    """How it stands with the taps of a role."""

    OURS = "ours"  # as they should be
    MISSING = "missing"
    DIFFERENT = "different"
    LEFT_OUT = "left out"  # a project's own file is in their place
    INLINE = "inline"  # in the command line, made at each start


@dataclass(frozen=True, slots=True)
class Installed:
    """The taps of one role on one runtime. ``present`` is what their file says, if there."""

    where: str
    role: str
    runtime: str
    state: TapState
    path: Path | None = None
    wanted: str = ""
    present: str = ""

    @property
    def is_due(self) -> bool:
        """Tell whether something is to be done about them."""
        return self.state in (TapState.MISSING, TapState.DIFFERENT)

    @property
    def difference(self) -> str:
        """What would be changed, line by line."""
        old, new = (each.splitlines(keepends=True) for each in (self.present, self.wanted))
        return "".join(difflib.unified_diff(old, new, str(self.path), str(self.path)))


def installed(town: Town, place: Rig | Town) -> Iterator[Installed]:
    """Yield the taps of each role in *place*, on whatever it was ever started on.

    Whoever was never started has none yet: each start sees to them.

    Raises:
        SettingsError: what is wanted of them breaks its schema.
    """
    where = "hq" if isinstance(place, Town) else place.name
    for role in _OF_TOWN if isinstance(place, Town) else _OF_RIG:
        for runtime in _runtimes(town, place, role):
            blank = Installed(where, role, runtime.name, TapState.MISSING)
            yield from _of(town, place, blank, runtime)


def sync(town: Town, place: Rig | Town) -> Iterator[Installed]:
    """Write whatever is missing or different in *place*; yield what was written.

    Raises:
        SettingsError: what is wanted of them breaks its schema.
    """
    for each in list(installed(town, place)):
        if each.is_due and each.path is not None:
            placing.put(each.path, each.wanted)
            yield each


def _runtimes(town: Town, place: Rig | Town, role: str) -> list[Runtime]:
    """Return what *role* was started on in *place*."""
    rig = None if isinstance(place, Town) else place
    kept = wanted.folder(place, role, "-").parent
    names = sorted(path.name for path in kept.iterdir()) if kept.is_dir() else []
    found: list[Runtime] = []
    for name in names:
        with contextlib.suppress(GtError):  # it is nobody's any more
            found.append(runtimes.named(town, rig, name))
    return found


def _of(
    town: Town, place: Rig | Town, blank: Installed, runtime: Runtime
) -> Iterator[Installed]:
    gateway = wanted.gateway(town, place, blank.role, runtime)
    match runtime.taps.scope:
        case Scope.NONE:
            return
        case Scope.INLINE:
            yield replace(blank, state=TapState.INLINE)
        case Scope.WORKTREE:
            for sandbox in _sandboxes(place, blank.role, runtime.taps.path):
                yield _of_sandbox(blank, sandbox, runtime, gateway)
        case _:
            path = wanted.folder(place, blank.role, runtime.name) / runtime.taps.path
            yield _compared(blank, path, files.content(runtime.taps, gateway))


def _sandboxes(place: Rig | Town, role: str, file: str) -> list[Path]:
    """Return the sandboxes of *role* in which that *file* is."""
    if isinstance(place, Town):
        folders = [place.root / role]
    else:
        folders = sorted((place.path / _SANDBOXES.get(role, role)).glob("*"))
    return [path for path in folders if (path / file).exists()]


def _of_sandbox(
    blank: Installed, sandbox: Path, runtime: Runtime, gateway: Gateway
) -> Installed:
    try:
        path, text = placing.in_worktree(sandbox, runtime, gateway)
    except RefusedError:
        return replace(blank, state=TapState.LEFT_OUT, path=sandbox / runtime.taps.path)
    return _compared(blank, path, text)


def _compared(blank: Installed, path: Path, text: str) -> Installed:
    try:
        present = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return replace(blank, path=path, wanted=text)
    state = TapState.OURS if present == text else TapState.DIFFERENT
    return replace(blank, state=state, path=path, wanted=text, present=present)
