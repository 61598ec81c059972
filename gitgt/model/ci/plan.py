"""What a pipeline is to do about what happened: a table with a row for each kind of branch."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from gitgt.model.ci.event import Happened, Kind
from gitgt.values import dataclass

ASSIGNMENTS: Final = "polecat/"


@dataclass(frozen=True, slots=True)
class Places:
    """What the branches of a project are: its ledger, and those that someone asks to land.

    Below ``probes`` lie those whose trees are to be tested as they are.
    """

    ledger: str
    probes: str
    requests: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Verify:
    """Judge what was pushed to the ledger, and set aside what broke a rule."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class RunGates:
    """Run the gates on a commit: merged with its target, or a ``probe`` just as it is."""

    branch: str
    commit: str
    probe: bool = False


@dataclass(frozen=True, slots=True)
class Refine:
    """Let the refinery make one pass."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """There is nothing to do, and why."""

    why: str


Todo = Verify | RunGates | Refine | Nothing


def plan(happened: Happened, places: Places) -> Todo:
    """Return what is to be done about what *happened*."""
    if happened.kind is Kind.SCHEDULE:
        return Refine()
    if happened.kind is Kind.OTHER:
        return Nothing(f"{happened.said or 'this'} is no push to a branch and no schedule")
    branch, new = happened.branch, happened.new
    if branch == places.ledger:
        return Verify(happened.old, new)
    if not new:
        return Nothing(f"{branch} is gone")
    if branch.startswith(places.probes):
        return RunGates(branch, new, probe=True)
    if branch.startswith(ASSIGNMENTS) or branch in places.requests:
        return RunGates(branch, new)
    return Nothing(f"{branch} is neither the ledger nor a branch that someone asks to land")
