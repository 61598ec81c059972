"""Nudges of the radar, in flight: in ``<common git dir>/gt/radar/nudges.json``.

They may be lost: then who collides is told once more. Whoever delivers them at a turn's
boundary asks for ``waiting``, and says ``delivered`` when the agent has them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gitgt.errors import BusyError
from gitgt.model.radar import radar_nudges
from gitgt.model.radar.radar_nudges import Nudge, Nudges
from gitgt.runtime.notes import write_whole
from gitgt.services.town import Rig

if TYPE_CHECKING:
    from gitgt.services.radar.radar import Picture

# Nobody holds the lock for longer than it takes to write a small file.
_PATIENCE: Final = 10.0
_TUPLES: Final = ("paths", "told")


def record(rig: Rig, picture: Picture) -> None:
    """Note whom to tell what, given who collides now; withdraw what is settled.

    Raises:
        BusyError: another process is at it, for longer than it should be.
    """
    unknown = [each.branch for each in picture.live] if picture.left else []
    _change(rig, lambda old: radar_nudges.noted(old, picture.collisions, unknown))


def waiting(rig: Rig, agent: str = "") -> list[Nudge]:
    """Return what was not delivered yet, to one agent if it is named."""
    found = _read(_path(rig)).values()
    those = [each for each in found if each.waits and agent in ("", each.agent)]
    return sorted(those, key=lambda each: each.key)


def standing(rig: Rig, agent: str) -> list[Nudge]:
    """Return what stands for an agent, delivered or not: for whoever looks."""
    found = _read(_path(rig)).values()
    return sorted((each for each in found if each.agent == agent), key=lambda each: each.key)


def delivered(rig: Rig, these: Iterable[Nudge]) -> None:
    """Note that these were delivered, as they were when they were asked for.

    Raises:
        BusyError: another process is at it, for longer than it should be.
    """
    told = list(these)
    _change(rig, lambda old: radar_nudges.delivered(old, told))


def _change(rig: Rig, decide: Callable[[Nudges], Nudges]) -> None:
    path = _path(rig)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _locked(path):
        before = _read(path)
        after = decide(before)
        if after != before:
            rows = [asdict(each) for _, each in sorted(after.items())]
            write_whole(path, json.dumps(rows))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout  # which whoever only reads does not wait for

    try:
        with FileLock(path.with_suffix(".lock"), timeout=_PATIENCE):
            yield
    except Timeout as error:
        raise BusyError(f"another process is at {path}") from error


def _path(rig: Rig) -> Path:
    return rig.repository_path / "gt" / "radar" / "nudges.json"


def _read(path: Path) -> dict[tuple[str, str, str], Nudge]:
    """Return the nudges; what cannot be read is lost, as it may be."""
    try:
        rows = json.loads(path.read_bytes())
        found = [
            Nudge(**{**row, **{name: tuple(row[name]) for name in _TUPLES}}) for row in rows
        ]
    except (OSError, ValueError, TypeError, KeyError):
        return {}
    return {each.key: each for each in found}
