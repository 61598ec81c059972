"""What the refinery can do: the words in which the planner speaks."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from gitgt.model.queue.merge_chain import Link
from gitgt.values import dataclass


class Cause(StrEnum):
    """Why a request goes back to its author."""

    CONFLICT = "conflict"
    RED = "red"


class Stop(StrEnum):
    """Why the queue does not go on as usual."""

    HELD = "held"
    NO_GATES = "no gates"
    COULD_NOT_RUN = "could not run"
    BASE_RED = "base red"
    CANNOT_LAND = "cannot land"


@dataclass(frozen=True, slots=True)
class Run:
    """A gate at work on a tree.

    ``place`` names the requests that stood in the queue up to there, among them those that
    were left out: they keep their places while it runs. ``heads`` are what the tree was
    merged from. A *screen*, a set tested on the target alone, has heads and no place.
    """

    tree: str
    gate: str
    place: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """What is being found out: a gate's verdict on a tree."""
        return self.tree, self.gate

    @property
    def is_screen(self) -> bool:
        """Tell whether it is evidence about a set of requests, and can land nobody."""
        return bool(self.heads) and not self.place


@dataclass(frozen=True, slots=True)
class Land:
    """Move the target to the last of *links*."""

    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Skip:
    """Close *request*: merging it changes nothing."""

    request: str


@dataclass(frozen=True, slots=True)
class Eject:
    """Send *request* back: *gate* is red on its *tree*, or *paths* are in conflict.

    *new* names what it makes fail on a target that is red itself.
    """

    request: str
    cause: Cause
    tree: str = ""
    gate: str = ""
    paths: tuple[str, ...] = ()
    new: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Start:
    """Run a gate on the tree of *commit*."""

    run: Run
    commit: str


@dataclass(frozen=True, slots=True)
class Confirm:
    """Run a gate again on a tree that it has judged before."""

    run: Run
    commit: str


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop a run that can tell nothing any more."""

    run: Run


@dataclass(frozen=True, slots=True)
class Freeze:
    """Start nothing more (or, on a red base, blame nobody) and tell a person why."""

    stop: Stop
    reason: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing can be done before something changes."""


Act: TypeAlias = Land | Skip | Eject | Start | Confirm | Cancel | Freeze | Wait
