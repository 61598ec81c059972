"""A repository's own history as work for a town: the values.

A step is one commit of the first-parent chain. An ordinary commit is itself; a merge brings
the commits of its branches. Paths are bytes: git does not promise that they are text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Final

from gitgt.values import dataclass

_IDENTITY = re.compile(r"(?P<name>.*?) ?<(?P<mail>[^<>\n]*)> (?P<at>-?\d+) (?P<zone>[+-]\d{4})")
_CRUD: Final = " \t\r\n.,:;<>\"'\\"
_LATEST: Final = 2**42  # git refuses dates that it cannot print
# What may not stand in the title of a bead.
_UNFIT = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]+"
)


class Resolution(StrEnum):
    """What a merge holds beyond the automatic one."""

    NONE = "none"
    CONFLICT = "conflict"  # the automatic merge conflicts, and somebody resolved it
    DIFFERENCE = "difference"  # the automatic merge is clean, and the original is another


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody and a moment, as a commit has them."""

    name: str
    mail: str
    at: int
    zone: str

    @classmethod
    def parse(cls, text: str) -> Identity:
        """Read the line of a commit; what git would refuse today becomes what it takes."""
        found = _IDENTITY.fullmatch(text)
        if found is None:
            return cls("unknown", "", 0, "+0000")
        name = found["name"].strip(_CRUD) or "unknown"
        at = min(max(int(found["at"]), 0), _LATEST)
        zone = found["zone"] if int(found["zone"][1:]) <= 1400 else "+0000"
        return cls(name, found["mail"].strip(_CRUD), at, zone)

    @property
    def date(self) -> str:
        """The moment in git's own form, which no locale and no default can change."""
        return f"@{self.at} {self.zone}"

    def __str__(self) -> str:
        """Return the line of a commit."""
        return f"{self.name} <{self.mail}> {self.at} {self.zone}"


@dataclass(frozen=True, slots=True)
class Original:
    """A commit of the repository that is replayed."""

    oid: str
    tree: str
    parents: tuple[str, ...]
    author: Identity
    committer: Identity
    message: str

    @property
    def title(self) -> str:
        """The first line of the message, fit for a terminal and for a line of YAML."""
        lines = (line.strip() for line in self.message.splitlines())
        first = next((line for line in lines if line), "")
        return _UNFIT.sub(" ", first)[:200].strip() or "(no message)"


@dataclass(frozen=True, slots=True)
class Entry:
    """What lies at a path: git's mode and object."""

    mode: str
    oid: str


Changes = Mapping[bytes, Entry | None]  # what comes to lie at each path; None for nothing


@dataclass(frozen=True, slots=True)
class Branch:
    """What a merge brought in through one of its further parents.

    ``start`` is the tree at the point where it left the chain, the empty one if it has a root
    of its own; ``own`` are its commits, parents first; ``paths`` is what they touched.
    """

    head: str
    start: str
    own: tuple[Original, ...]
    paths: frozenset[bytes]


@dataclass(frozen=True, slots=True)
class Step:
    """One commit of the chain, as a piece of work.

    ``changes`` leads from its first parent's tree to its own; ``needs`` are the numbers of
    earlier steps that must have landed before.
    """

    number: int
    commit: Original
    changes: Changes = field(hash=False)
    branches: tuple[Branch, ...] = ()
    resolution: Resolution = Resolution.NONE
    needs: tuple[int, ...] = ()

    @property
    def own(self) -> tuple[Original, ...]:
        """The commits that its branches bring, parents first."""
        return tuple(commit for branch in self.branches for commit in branch.own)

    @property
    def branch_paths(self) -> frozenset[bytes]:
        """What the commits of its branches touched."""
        return frozenset[bytes]().union(*(branch.paths for branch in self.branches))

    @property
    def paths(self) -> frozenset[bytes]:
        """Whatever it touched."""
        return self.branch_paths.union(self.changes)


@dataclass(frozen=True, slots=True)
class History:
    """The part of a repository's history that is replayed.

    ``start`` is the tree before the first step, ``end`` the one that must come out.
    """

    start: str
    end: str
    steps: tuple[Step, ...]
