"""Beads to which two clones gave one id, unaware of each other: both survive.

Which of them keeps the id follows from what they are, and so does the other's new id: every
clone decides alike, also when a third one comes in later. Both say in a comment what became of
the other, and the renamed one keeps its old id under ``ext: alias``.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from gitgt.ledger import layout
from gitgt.model.documents import Comment, Dependency, Document, in_order
from gitgt.model.ids import BeadId, base36
from gitgt.model.merge import identity
from gitgt.values import dataclass

ALIAS: Final = "alias"
_WIDTH: Final = 8

# (0 or 1 for the arm of the merge, path): the document that lies there.
Read = Callable[[int, str], Document | None]


@dataclass(frozen=True, slots=True)
class Placed:
    """A version of a document, and where it lay."""

    document: Document | None
    path: str


@dataclass(frozen=True, slots=True)
class Survivor:
    """One of the beads: the id that it has from now on, and its versions."""

    id: BeadId
    base: Document | None
    one: Placed
    two: Placed


@dataclass(frozen=True, slots=True)
class _Meeting:
    path: str
    base: Document | None
    one: Document
    two: Document

    @property
    def keeper(self) -> Document:
        return min((self.one, self.two), key=_digest)

    @property
    def leaver(self) -> Document:
        return self.two if self.keeper is self.one else self.one


class Namesakes:
    """The beads of one merge that met under one id."""

    def __init__(self) -> None:
        self._meetings: list[_Meeting] = []

    def add(self, path: str, base: Document | None, one: Document, two: Document) -> None:
        """Note that *one* and *two*, of either arm, both lie at *path*."""
        self._meetings.append(_Meeting(path, base, one, two))

    @property
    def renamed(self) -> Mapping[str, str]:
        """Old ids, and the new ones of those that had to leave them."""
        return {each.leaver.id: new_id(each.leaver) for each in self._meetings}

    def of_arm(self, arm: int) -> Mapping[str, str]:
        """Return what an arm's own references to an id mean from now on."""
        return {
            each.leaver.id: new_id(each.leaver)
            for each in self._meetings
            if each.leaver is (each.one, each.two)[arm]
        }

    def settled(self, read: Read) -> Iterator[Survivor]:
        """Yield all of them, with what each arm knows of them; *read* finds earlier renames."""
        for meeting in self._meetings:
            yield _kept(meeting)
            yield _moved(meeting, read)


def _kept(meeting: _Meeting) -> Survivor:
    keeper, leaver = meeting.keeper, meeting.leaver
    said = f"another clone gave this id too: {leaver.title} is {new_id(leaver)} now"
    told = _with_comment(keeper, f"met-{_digest(leaver)[:16]}", said)
    return Survivor(
        keeper.id, None, *_placed(meeting, told, keeper, Placed(None, meeting.path))
    )


def _moved(meeting: _Meeting, read: Read) -> Survivor:
    leaver, new = meeting.leaver, new_id(meeting.leaver)
    there = layout.path_of(new)
    base = meeting.base
    was = base if base is not None and identity(base) == identity(leaver) else None
    elsewhere = Placed(read(1 if leaver is meeting.one else 0, there), there)
    known = None if was is None or elsewhere.document is None else renamed(was, new)
    told = _placed(meeting, renamed(leaver, new), leaver, elsewhere)
    return Survivor(new, known, *told)


def _placed(
    meeting: _Meeting, told: Document, whose: Document, other: Placed
) -> tuple[Placed, Placed]:
    mine = Placed(told, meeting.path)
    return (mine, other) if whose is meeting.one else (other, mine)


def renamed(document: Document, new: BeadId) -> Document:
    """Return *document* under a new id; it says which one it had."""
    old = document.id
    said = f"this was {old} until it met another bead of that id, from another clone"
    found = _with_comment(document, f"was-{_digest(document)[:16]}", said)
    return found.replace(id=new, ext={**found.ext, ALIAS: str(old)})


def new_id(document: Document) -> BeadId:
    """Return the id for a bead that must leave its own to another."""
    stem, dot, _ = document.id.rpartition(".")
    if not dot:
        stem, dot, _ = document.id.rpartition("-")
    return BeadId.parse(f"{stem}{dot}{base36(int(_digest(document)[16:], 16), _WIDTH)}")


def with_references(
    document: Document, wrote: Document, base: Document | None, moved: Mapping[str, str]
) -> Document:
    """Return *document* with those references brought along that *wrote* has anew."""
    known = set(base.dependencies) if base else set()
    own = {each for each in wrote.dependencies if each not in known and each.on in moved}
    edges = {_to(each, moved) if each in own else each for each in document.dependencies}
    changes: dict[str, Any] = {}
    if own:
        changes["dependencies"] = tuple(sorted(edges))
    parent = getattr(wrote, "parent", "")
    if parent in moved and parent != getattr(base, "parent", ""):
        changes["parent"] = moved[parent]
    return document.replace(**changes) if changes else document


def _to(edge: Dependency, moved: Mapping[str, str]) -> Dependency:
    return dataclasses.replace(edge, on=BeadId(moved[edge.on]))


def _with_comment(document: Document, name: str, text: str) -> Document:
    said = Comment(name, document.created_at, document.created_by, text)
    known = {**{each.id: each for each in document.comments}, name: said}
    return document.replace(comments=in_order(known.values()))


def _digest(document: Document) -> str:
    return hashlib.sha256("\0".join(identity(document)).encode()).hexdigest()
