"""Nothing is started: a person runs the agent in its worktree, and the ledger does the rest.

A session counts as running from its start to its stop, since nobody can tell.
"""

from __future__ import annotations

import json
from pathlib import Path

from gitgt.errors import EnvironmentProblemError, LeaseHeldError
from gitgt.runtime import process
from gitgt.runtime.assignment import Assignment, slug
from gitgt.runtime.launcher import ABSENT, Session, SessionState


class ManualLauncher:
    """Remembers who was asked to start what."""

    def __init__(self, sessions: Path) -> None:
        self._sessions = sessions

    def start(self, assignment: Assignment) -> None:
        """Note that a person is to start a session; see ``Launcher``."""
        seen = self.observe(assignment.address)
        if seen.is_running and seen.session != assignment.session:
            raise LeaseHeldError(f"{assignment.address} is at work in session {seen.session}")
        if not assignment.worktree.is_dir():
            raise EnvironmentProblemError(f"the folder {assignment.worktree} is not there")
        facts = {
            "session": assignment.session,
            "bead": assignment.bead,
            "attempt": assignment.attempt,
        }
        path = self._path(assignment.address)
        path.parent.mkdir(parents=True, exist_ok=True)
        process.write_whole(path, json.dumps(facts))

    def observe(self, key: str) -> Session:
        """Return the session that a person was asked to start; see ``Launcher``."""
        try:
            facts = json.loads(self._path(key).read_bytes())
        except FileNotFoundError:
            return ABSENT
        state = SessionState.ENDED if facts.pop("stopped", False) else SessionState.RUNNING
        return Session(state=state, **facts)

    def stop(self, key: str) -> None:
        """Take the session for ended; see ``Launcher``."""
        path = self._path(key)
        if path.exists():
            facts = json.loads(path.read_bytes()) | {"stopped": True}
            process.write_whole(path, json.dumps(facts))

    def _path(self, key: str) -> Path:
        return self._sessions / slug(key) / "manual.json"
