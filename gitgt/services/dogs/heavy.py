"""Heavy chores: each is a child of its own, one at a time, whose end leaves a note."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from gitgt.git.signposts import own_command
from gitgt.model.chores import Chore
from gitgt.runtime import process
from gitgt.runtime.environment import town_mark
from gitgt.runtime.process import Running, Spec
from gitgt.services.sessions import sessions
from gitgt.services.town import Rig, Town

_LASTS: Final = 3600.0


def folder(town: Town) -> Path:
    """Return where the heavy chore that is done is kept, and what it printed."""
    return town.gt / "dogs" / "chore"


def is_running(town: Town) -> bool:
    """Tell whether one is being done."""
    return isinstance(process.look(folder(town)), Running)


def start(town: Town, rig: Rig | None, chore: Chore) -> None:
    """Let a child do a chore.

    Raises:
        BusyError: another one is being done.
        EnvironmentProblemError: no process can be started.
    """
    place = sessions.wiring(rig or town, town)
    where = rig.name if rig else "hq"
    kept = {name: text for name, text in os.environ.items() if not name.startswith("GT_")}
    process.spawn(
        Spec(
            argv=(*own_command(), "-C", str(town.root), "dog", "chore", chore, "--rig", where),
            cwd=town.root,
            env={**kept, process.TOWN_MARK: town_mark(town.root)},
            directory=folder(town),
            timeout=_LASTS,
            wake=place.wake,
            note=str(town.root),
            watcher=place.watcher,
            after=place.after,
        )
    )
