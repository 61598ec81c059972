"""A launcher that starts nothing: a test says how the sessions go."""

from __future__ import annotations

import dataclasses

from gitgt.errors import EnvironmentProblemError, LeaseHeldError
from gitgt.runtime.assignment import Assignment
from gitgt.runtime.launcher import ABSENT, Session, SessionState


class FakeLauncher:
    """Keeps the promises of ``Launcher`` in memory."""

    def __init__(self) -> None:
        self.started: list[Assignment] = []
        self._sessions: dict[str, Session] = {}

    def start(self, assignment: Assignment) -> None:
        """Let a session run."""
        seen = self.observe(assignment.address)
        if seen.is_running and seen.session == assignment.session:
            return
        if seen.is_running:
            raise LeaseHeldError(f"{assignment.address} is at work in session {seen.session}")
        if not assignment.worktree.is_dir():
            raise EnvironmentProblemError(f"the folder {assignment.worktree} is not there")
        self.started.append(assignment)
        self._sessions[assignment.address] = Session(
            state=SessionState.RUNNING,
            session=assignment.session,
            bead=assignment.bead,
            attempt=assignment.attempt,
        )

    def observe(self, key: str) -> Session:
        """Return how a session is doing."""
        return self._sessions.get(key, ABSENT)

    def stop(self, key: str) -> None:
        """End a session."""
        if self.observe(key).is_running:
            self.end(key, code=None, signal=15)

    def end(self, key: str, *, code: int | None, signal: int | None = None) -> None:
        """Let a session end by itself."""
        self._sessions[key] = dataclasses.replace(
            self._sessions[key], state=SessionState.ENDED, code=code, signal=signal
        )
