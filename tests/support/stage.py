"""The scripted agent under each launcher, in a rig that is only a folder."""

from __future__ import annotations

import dataclasses
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gitgt.runtime import presets
from gitgt.runtime.assignment import Assignment
from gitgt.runtime.environment import town_mark
from gitgt.runtime.launcher import Kind, Session
from gitgt.runtime.launchers.launchers import Launchers
from gitgt.runtime.terminal import tmux
from gitgt.runtime.terminal.vt import View
from gitgt.runtime.wiring import Wiring
from tests.support.waiting import until

TOAST: Final = "shop/polecats/toast"
HAS_TMUX: Final = tmux.is_usable()


@dataclass
class Staged:
    """One agent, and the launcher that it is started by."""

    kind: Kind
    folder: Path
    assignment: Assignment
    launcher: Launchers

    @classmethod
    def made(cls, kind: Kind, folder: Path, worktree: Path, mode: str = "") -> Staged:
        """Make ready to start the scripted agent with the faults *mode*."""
        environ = {**os.environ, "GT_SCRIPTED_MODE": mode, "GT_FAKE_NOW": "1764000000"}
        assignment = Assignment(
            address=TOAST,
            role="polecat",
            runtime=presets.runtime("script", {"preset": "script"}),
            town=folder,
            worktree=worktree,
            session="s1",
            rig="shop",
            name="toast",
            conversation="c1",
            prompt="```gitgt-script\necho one >a.txt\ntrue two\n```\n",
        )
        launcher = Launchers(
            folder / "sessions",
            kind=kind,
            environ=environ,
            wiring=Wiring(wake=(folder / "spool",)),
        )
        return cls(kind, folder, assignment, launcher)

    def start(self, **different: Any) -> None:
        """Start it, if *different* not quite as planned."""
        self.assignment = dataclasses.replace(self.assignment, **different)
        self.launcher.start(self.assignment)

    @property
    def seen(self) -> Session:
        """How the session is doing."""
        return self.launcher.observe(TOAST)

    def ended(self) -> Session:
        """Wait for the session's end."""
        until(lambda: not self.seen.is_running)
        return self.seen

    def shows(self, text: str) -> View:
        """Wait until its terminal, or its output, shows *text*."""
        until(lambda: text in self.view.text)
        return self.view

    @property
    def view(self) -> View:
        """What it shows now."""
        return self.launcher.capture(TOAST, 200)

    @property
    def session(self) -> Path:
        """The session's folder."""
        return self.folder / "sessions" / "shop.polecats.toast" / self.assignment.session

    def close(self) -> None:
        """End it, and see that no server of tmux is left."""
        self.launcher.stop(TOAST)
        if shutil.which("tmux"):
            server = tmux.Tmux(tmux.socket_of(town_mark(self.folder)))
            until(lambda: server.sessions() == [])
