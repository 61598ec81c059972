"""What an agent is started with: who it is, what it works on, where, and on which runtime."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from gitgt.values import dataclass

if TYPE_CHECKING:  # a tap asks for ``slug`` alone
    from gitgt.runtime.jail import Jail
    from gitgt.runtime.presets import Runtime


class TakesUp(StrEnum):
    """What a session begins with: nothing, an earlier conversation, or a copy of one."""

    NOTHING = "nothing"
    RESUME = "resume"
    FORK = "fork"


class Permission(StrEnum):
    """What an agent's program may do without asking."""

    AUTONOMOUS = "autonomous"
    SANDBOXED = "sandboxed"  # what the program's own sandbox lets it
    ASK = "ask"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One session of one agent.

    ``attempt`` is 1, and one more each time that the work came back. ``at`` is when.
    ``conversation`` is what the program calls its session: that of a new one where we may say
    it, else that of the earlier one which this ``takes_up``. ``folder`` is where the launcher
    keeps the session: its taps, which know no ledger, find it there. ``jail`` is what its
    program is locked into, None if it is not.
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
    conversation: str = ""
    takes_up: TakesUp = TakesUp.NOTHING
    model: str = ""
    permission: Permission = Permission.AUTONOMOUS
    longest: float | None = None
    folder: Path | None = None
    jail: Jail | None = None

    @property
    def slug(self) -> str:
        """The address as one word: no part of an address has a dot in it."""
        return slug(self.address)


def slug(address: str) -> str:
    """Return *address* as the name of a folder."""
    return address.replace("/", ".")


def address_of(slug: str) -> str:
    """Return the address that is called *slug*."""
    return slug.replace(".", "/")
