"""What starts an agent's session, whatever it is run in; ``Launcher`` is the promise."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from gitgt.runtime.assignment import Assignment


class SessionState(StrEnum):
    """How a session is doing, as far as processes tell."""

    ABSENT = "absent"
    RUNNING = "running"
    ENDED = "ended"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The last session of an agent.

    ``problem`` says in words why it ended, if not well, or why it never ``began``. ``at`` is
    when it was started.
    """

    state: SessionState
    session: str = ""
    bead: str = ""
    attempt: int = 0
    at: float = 0.0
    began: bool = True
    pid: int = 0
    code: int | None = None
    signal: int | None = None
    problem: str = ""
    seconds: float = 0.0
    output: Path | None = None

    @property
    def is_running(self) -> bool:
        """Tell whether somebody is at work."""
        return self.state is SessionState.RUNNING


ABSENT = Session(state=SessionState.ABSENT)


class Launcher(Protocol):
    """Starts sessions, tells how they are doing, and ends them.

    It keeps nothing in memory: another process, started later, sees the same.
    """

    def start(self, assignment: Assignment) -> None:
        """Start a session, and return once it will run whatever happens to us.

        Starting the same session again while it runs does nothing.

        Raises:
            LeaseHeldError: the agent is at work in another session.
            EnvironmentProblemError: it cannot be started, and why.
        """
        ...

    def observe(self, key: str) -> Session:
        """Return how the last session of the agent with the address *key* is doing."""
        ...

    def stop(self, key: str) -> None:
        """End the agent's session, and return once nothing of it is left.

        Raises:
            EnvironmentProblemError: something of it cannot be ended.
        """
        ...
