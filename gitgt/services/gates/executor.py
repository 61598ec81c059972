"""Where gates run: what the queue asks of a place, here or at a forge.

The planner knows nothing of it. A run is a folder (``run_folder``) whoever works on it, and it
is there until its verdict was taken in.
"""

from __future__ import annotations

from typing import Final, Protocol

from gitgt.model.failures import NONE, Failures
from gitgt.model.gate import Gate
from gitgt.runtime.gate import Judgment
from gitgt.services.gates.run_folder import Live
from gitgt.values import dataclass

_OFTEN: Final = 0.05
_SELDOM: Final = 1.0  # whoever asks a forge takes longer than that


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a run came out.

    Without a ``judgment`` it vanished, and is simply run again. ``run`` is what the record of
    it is called, if not as its folder; what is ``recorded`` was written by whoever ran it.
    """

    judgment: Judgment | None = None
    output: bytes = b""
    bytes: int = 0
    seconds: float = 0.0
    left: tuple[str, ...] = ()
    failures: Failures = NONE
    run: str = ""
    recorded: bool = False


def look_every(gate: Gate) -> float:
    """Return after how many seconds whoever waits for *gate* looks again."""
    return _OFTEN if not gate.is_remote else _SELDOM


class Executor(Protocol):
    """A place where gates run."""

    def begin(self, live: Live, gate: Gate) -> None:
        """Let *gate* run as *live* says; from then on its folder is there.

        Raises:
            EnvironmentProblemError: it cannot be begun, and why: it could not run.
            OSError: the same.
        """
        ...

    def is_over(self, live: Live) -> bool:
        """Tell whether there is nothing more to wait for."""
        ...

    def ending(self, live: Live, gate: Gate) -> Ending | None:
        """Return how a run that is over came out; None if it never began."""
        ...

    def stop(self, live: Live) -> None:
        """Ask a run to end: nobody wants to know any more."""
        ...

    def clear(self, live: Live) -> None:
        """Remove what a run that is over leaves behind, besides its folder."""
        ...
