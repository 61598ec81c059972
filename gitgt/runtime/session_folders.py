"""Where sessions are kept: what is momentary, and may be lost.

<common git dir>/gt/sessions/<agent>/<session>/    one run, see process.py
                                     session.json  what was started, written once
                             current               the name of the last session
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from gitgt.runtime import notes
from gitgt.runtime.assignment import Assignment, slug

# So many sessions of an agent are kept with their output.
_KEPT: Final = 20
_FACTS: Final = "session.json"
_OF_A_SESSION: Final = (
    "session", "bead", "attempt", "at", "launcher", "runtime", "role", "rig", "worktree",
    "conversation", "model",
)  # fmt: skip
Facts = Mapping[str, Any]


class SessionFolders:
    """The folders of all agents' sessions below *root*."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def of(self, assignment: Assignment) -> Path:
        """Return the folder of one session."""
        return self._root / assignment.slug / assignment.session

    def current(self, key: str) -> Path | None:
        """Return the folder of an agent's last session."""
        folder = self._root / slug(key)
        try:
            return folder / (folder / "current").read_text()
        except FileNotFoundError:
            return None

    def all(self) -> list[Path]:
        """Return the folders of the last sessions of all agents, for whoever sweeps them."""
        agents = [path.parent.name for path in self._root.glob("*/current")]
        return sorted(found for each in agents if (found := self.current(each)) is not None)

    def note(self, assignment: Assignment, more: Facts) -> Path:
        """Note what is about to be started as its agent's last session."""
        folder = self.of(assignment)
        folder.mkdir(parents=True, exist_ok=True)
        facts = {
            "session": assignment.session,
            "bead": assignment.bead,
            "attempt": assignment.attempt,
            "at": assignment.at,
            "runtime": assignment.runtime.name,
            "role": assignment.role,
            "rig": assignment.rig,
            "worktree": str(assignment.worktree),
            "conversation": assignment.conversation,
            "model": assignment.model,
            **more,
        }
        notes.write_whole(folder / _FACTS, json.dumps(facts))
        notes.write_whole(folder.parent / "current", assignment.session)
        return folder

    def take_back(self, folder: Path) -> None:
        """Say that what was noted never began."""
        (folder.parent / "current").unlink(missing_ok=True)

    def forget_old(self, folder: Path) -> None:
        """Keep an agent's last few sessions, the one in *folder* whatever the clock says."""
        sessions = [path.parent for path in folder.parent.glob(f"*/{_FACTS}")]
        sessions.sort(key=lambda path: (path / _FACTS).stat().st_mtime_ns)
        for old in [each for each in sessions if each != folder][: 1 - _KEPT]:
            shutil.rmtree(old, ignore_errors=True)


def facts(folder: Path) -> dict[str, Any] | None:
    """Return what was started in *folder*; None if somebody removed what may be lost."""
    return notes.read(folder / _FACTS, dict) or None


def told(found: Facts) -> dict[str, Any]:
    """Return what *found* says of a ``Session``."""
    return {name: found[name] for name in _OF_A_SESSION if name in found}
