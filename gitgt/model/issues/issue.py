"""An issue as its forge tells it, and what a rig wants of such."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any, Final

from gitgt.values import dataclass

LABEL: Final = "gitgt"


class Word(StrEnum):
    """What is said below an issue: each at most once, but for another landing."""

    LANDED = "landed"
    RETURNED = "returned"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Rules:
    """What a rig wants of its forge's issues; without ``poll`` they are looked at on request.

    ``says`` is what is said below them, ``closes``: one whose bead has landed is closed.
    """

    label: str = LABEL
    poll: float | None = None
    says: tuple[Word, ...] = tuple(Word)
    closes: bool = True


class Wish(StrEnum):
    """What an issue wants of its bead."""

    WANTED = "wanted"
    CLOSED = "closed"
    UNLABELLED = "unlabelled"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """An issue. ``key`` is the forge's own name for it, which no new address changes.

    ``record`` is what its bead is made of, ``remarks`` how many comments it has, ``moved``
    where it is now if another project has it.
    """

    number: int
    url: str
    key: str = ""
    is_open: bool = True
    completed: bool = True
    labels: tuple[str, ...] = ()
    updated: str = ""
    remarks: int = 0
    moved: str = ""
    record: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def wish(self, label: str) -> Wish:
        """Return what it wants, where *label* asks for a bead; forges ignore its case."""
        if self.moved:
            return Wish.GONE
        if not self.is_open:
            return Wish.CLOSED
        known = {each.casefold() for each in self.labels}
        return Wish.WANTED if label.casefold() in known else Wish.UNLABELLED


@dataclass(frozen=True, slots=True)
class Said:
    """A comment below an issue, as far as we look for our own."""

    id: str
    by: str
    text: str


def spare(comments: tuple[Said, ...], mark: str) -> tuple[Said, ...]:
    """Return what we said twice, as two who said it at one moment do: all but the first.

    Whoever else wrote our mark said something of their own, which is none of our business.
    """
    marked = [each for each in comments if mark in each.text]
    first: dict[str, Said] = {}
    for each in marked:
        first.setdefault(each.by, each)
    return tuple(each for each in marked if each is not first[each.by])
