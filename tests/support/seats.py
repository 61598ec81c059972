"""A session of an agent in which a test calls the taps, as the agent's program would."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gitgt.model.documents import Bead
from gitgt.runtime import progress
from gitgt.runtime.progress import Progress
from gitgt.services.sessions import sessions
from gitgt.services.town import Rig
from tests.support.checkout import Checkout
from tests.support.commandline import Answer, gt
from tests.support.town import TownBuilder


class Sitting:
    """A session; what its program says is handed to the gateway, in a process of its own."""

    def __init__(self, folder: Path, cwd: Path, environ: dict[str, str]) -> None:
        self.folder = folder
        self.cwd = cwd
        self.environ = environ
        folder.mkdir(parents=True, exist_ok=True)

    def tap(self, event: str, dialect: str = "claude", *more: str, **said: Any) -> Answer:
        """Call a tap; the program says what is in *said*."""
        return self.raw(event, dialect, *more, content=json.dumps(said))

    def raw(self, event: str, dialect: str, *more: str, content: str) -> Answer:
        """Call a tap, whatever the program says."""
        words = ("tap", event, "--dialect", dialect, *more)
        return gt(*words, cwd=self.cwd, stdin=content, env=self.environ)

    @property
    def progress(self) -> Progress:
        """How far the session is."""
        return progress.read(self.folder)


def of_polecat(town: TownBuilder, rig: Rig, bead: Bead) -> tuple[Sitting, Checkout]:
    """Return a session of whoever *bead* is slung to, and its sandbox."""
    now = town.now(bead)
    name = now.assignee.rpartition("/")[2]
    sandbox = town.sandbox(rig, name)
    session = sessions.look(rig, now.assignee).session
    folder = sessions.folder_of(rig, now.assignee, session)
    environ = {
        "GT_ROLE": "polecat",
        "GT_SESSION_DIR": str(folder),
        "GT_TOWN_ROOT": str(town.town.root),
        "GT_RIG": rig.name,
        "GT_AGENT": now.assignee,
        "GT_SESSION": session,
        "GT_BEAD": str(bead.id),
        "GT_BRANCH": f"polecat/{name}/{bead.id}",
        "GT_BASE": rig.branch,
        "GT_WORKTREE": str(sandbox.path),
    }
    return Sitting(folder, sandbox.path, environ), sandbox
