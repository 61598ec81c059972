"""What an agent is started with: who it is, what it works on, where, and on which runtime."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gitgt.runtime.presets import Runtime


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One session of one agent.

    ``attempt`` is 1, and one more each time that the work came back. ``at`` is when.
    """

    address: str
    role: str
    runtime: Runtime
    town: Path
    worktree: Path
    session: str
    rig: str = ""
    name: str = ""
    bead: str = ""
    branch: str = ""
    base: str = ""
    attempt: int = 1
    at: float = 0.0
    prompt: str = ""

    @property
    def slug(self) -> str:
        """The address as one word: no part of an address has a dot in it."""
        return slug(self.address)


def slug(address: str) -> str:
    """Return *address* as the name of a folder."""
    return address.replace("/", ".")
