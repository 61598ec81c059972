"""What starts an agent's session, whatever it is run in; ``Launcher`` is the promise."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Protocol

from gitgt.runtime.assignment import Assignment
from gitgt.runtime.commandline import TapFiles
from gitgt.runtime.terminal.vt import View
from gitgt.values import dataclass


class Kind(StrEnum):
    """What a session is run in."""

    EXEC = "exec"  # a process without a terminal, one turn long
    PROCESS = "process"  # a process on a pseudo terminal
    TMUX = "tmux"  # a pane of tmux
    MANUAL = "manual"  # whatever a person runs it in


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
    when it was started, ``pid`` the process that we started for it. While it is ``frozen`` it
    does nothing, and no time passes for it.
    """

    state: SessionState
    session: str = ""
    bead: str = ""
    attempt: int = 0
    at: float = 0.0
    launcher: str = ""
    runtime: str = ""
    role: str = ""
    rig: str = ""
    worktree: str = ""
    conversation: str = ""
    model: str = ""
    began: bool = True
    pid: int = 0
    code: int | None = None
    signal: int | None = None
    problem: str = ""
    seconds: float = 0.0
    output: Path | None = None
    frozen: bool = False

    @property
    def is_running(self) -> bool:
        """Tell whether somebody is at work."""
        return self.state is SessionState.RUNNING


ABSENT = Session(state=SessionState.ABSENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a session is given besides its assignment.

    ``taps`` are made ready for it, ``once_ready`` is started when its program is ready.
    """

    taps: TapFiles | None = None
    once_ready: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something that was typed: into which session, and after which state of its progress.

    That it was typed does not say that anybody read it: its taps do, by another state.
    """

    session: str
    folder: Path
    before: float


class Launcher(Protocol):
    """Starts sessions, tells how they are doing, and ends them.

    It keeps nothing in memory: another process, started later, sees the same.
    """

    def start(self, assignment: Assignment, given: Given | None = None) -> None:
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

    def ask_to_stop(self, key: str, *, goes_on: bool = False) -> None:
        """Ask the agent's session to end, gently, and do not wait for it.

        With *goes_on* what it sets off is seen to, as if it had ended by itself.
        """
        ...

    def freeze(self, key: str) -> bool:
        """Stop the agent's session where it stands, with all that it started.

        Says if there was one; what a person started goes on, and is not stopped.
        """
        ...

    def thaw(self, key: str) -> bool:
        """Let the agent's session go on where it was stopped; say if it was."""
        ...

    def addresses(self) -> list[str]:
        """Return the addresses of all who ever had a session."""
        ...

    def send(self, key: str, text: str) -> Delivery:
        """Paste *text* to the agent, and submit it.

        Raises:
            RefusedError: it does not run, or takes nothing that is typed.
            EnvironmentProblemError: it could not be typed.
        """
        ...

    def keys(self, key: str, keys: tuple[str, ...]) -> None:
        """Strike *keys*, by name, on the agent's terminal.

        Raises:
            RefusedError: it does not run, has no terminal, or there is no such key.
        """
        ...

    def capture(self, key: str, lines: int = 0) -> View:
        """Return what the agent's terminal shows, and *lines* that it showed before.

        Of a session that has ended, or has no terminal, it is the end of what it printed.
        """
        ...

    def attach(self, key: str) -> int:
        """Show the session on our terminal until whoever sits there leaves.

        Raises:
            RefusedError: there is nothing to attach to.
        """
        ...

    def detach(self, key: str) -> int:
        """Send those away who are attached, while the session goes on; return how many were.

        Raises:
            RefusedError: it does not run.
        """
        ...
