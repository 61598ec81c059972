"""Who waits for the work at hand that it collides with; read without much being imported.

It is in ``<common git dir>/gt/radar/held.json``, and may be lost: then whoever waits begins to
wait anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from gitgt.services.town import Rig
from gitgt.values import dataclass

_TUPLES: Final = ("after", "met", "paths")
_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Held:
    """A bead that waits: after whom, whom it met when it came back, and where they collide."""

    bead: str
    since: float
    after: tuple[str, ...] = ()
    met: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {"bead": self.bead, "after": list(self.after), "paths": list(self.paths)}


def held(rig: Rig) -> list[Held]:
    """Return which beads of *rig* wait at the moment."""
    return [each for each in read(rig).values() if each.after]


def told(each: Held) -> str:
    """Say in words what a bead waits for."""
    where = f": both change {', '.join(each.paths[:_NAMED])}" if each.paths else ""
    more = f" and {len(each.paths) - _NAMED} more" if len(each.paths) > _NAMED else ""
    return f"waits for {', '.join(each.after)}, which it collides with{where}{more}"


def read(rig: Rig) -> dict[str, Held]:
    """Return all that is remembered of beads that came back, by their ids."""
    try:
        rows = json.loads(_path(rig).read_bytes())
        found = [
            Held(**{**row, **{name: tuple(row[name]) for name in _TUPLES}}) for row in rows
        ]
    except (OSError, ValueError, TypeError, KeyError):
        return {}
    return {each.bead: each for each in found}


def write(rig: Rig, found: Mapping[str, Held]) -> None:
    """Remember this instead."""
    from gitgt.runtime.notes import write_whole  # not by those who only read

    path = _path(rig)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps([asdict(each) for each in found.values()]))


def _path(rig: Rig) -> Path:
    return rig.repository_path / "gt" / "radar" / "held.json"
