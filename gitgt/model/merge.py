"""Two versions of one document made into one, field by field.

A pure function of the three versions and of who wrote them when (a Lamport clock, never a wall
clock): whoever merges, and in whatever order the sides are named, gets the same document.

- labels, receivers and dependencies: what either side added or removed
- comments: all of them; the keys of ``ext``: one by one, changed beats deleted
- where a document stands (status, hook, outcome, ...) moves as one piece, so that what the
  lifecycle wants together stays together: ``merge_state`` says whose
- text line by line; any other field by the later write. What people wrote and the merge could
  not keep becomes a comment.
"""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from typing import Any, Final

from gitgt.errors import RefusedError
from gitgt.model.documents import (
    SETS,
    Agent,
    Comment,
    Dependency,
    Document,
    Escalation,
    MailList,
    RigIdentity,
    in_order,
)
from gitgt.model.queue.merge_state import healed, is_tombstone, winner
from gitgt.model.stamps import CLAIM, STATE, WHOLE_STATE, Stamp, edge_part, word_part
from gitgt.model.textmerge import merge_text
from gitgt.values import dataclass

_FIXED: Final = ("id", "created_at", "created_by")
_TEXTS: Final = ("header", "description", "design", "acceptance", "notes")
_SAID: Final = ("title", *_TEXTS)  # what people would miss
_APART: Final = frozenset(
    (*_FIXED, *STATE, *_TEXTS, *SETS, "dependencies", "comments", "ext", "started_at")
)
# Their ids follow from what they are about, so two clones make the same one.
_DERIVED: Final = (Agent, Escalation, MailList, RigIdentity)
_MOST_TEXT: Final = 32 * 1024
_ABSENT: Final = object()


@dataclass(frozen=True, slots=True)
class Side:
    """One version, None if it was deleted; its clock, and who wrote it.

    ``stamps`` may say for single parts when they were written, and by whom; a part that has
    one was written on this side, though it may be again what it was before.
    """

    document: Document | None
    clock: int
    author: str
    stamps: Mapping[str, Stamp] = field(default_factory=dict)
    at: str = ""

    def stamp(self, name: str) -> Stamp:
        """Return when a part was written, as far as that is known."""
        return self.stamps.get(name) or Stamp(self.clock, self.author, self.at)


@dataclass(frozen=True, slots=True, order=True)
class Lost:
    """What one side wrote in a field and the merge could not keep."""

    field: str
    value: str
    author: str
    at: str = ""

    def comment(self, document: Document) -> Comment:
        """Return the comment that keeps it in sight: the same, whoever makes it."""
        said = f"{document.id}\0{self.field}\0{self.value}\0{self.author}"
        name = f"lost-{hashlib.sha256(said.encode()).hexdigest()[:16]}"
        by = self.author or document.created_by
        end = "" if len(self.value) <= _MOST_TEXT else "\n(the rest is in the history)"
        text = f"{self.field}, as it was before a merge:\n{self.value[:_MOST_TEXT]}{end}"
        return Comment(name, self.at or document.created_at, by, text)


@dataclass(frozen=True, slots=True)
class Merged:
    """The document as it now stands (None: it is gone), and what was lost on the way."""

    document: Document | None
    lost: tuple[Lost, ...] = ()

    @property
    def told(self) -> Document | None:
        """The document, with what was lost as comments; one that is deleted keeps none."""
        found = self.document
        if found is None or not self.lost or is_tombstone(found):
            return found
        known = {each.id: each for each in found.comments}
        known |= {each.id: each for each in (lost.comment(found) for lost in self.lost)}
        return found.replace(comments=in_order(known.values()))


@dataclass(frozen=True, slots=True)
class Version:
    """A side whose document is there, beside what it was made from."""

    document: Document
    side: Side
    base: Document | None

    def value(self, name: str) -> Any:  # noqa: ANN401 - any field
        """Return a field."""
        return getattr(self.document, name)

    def wrote(self, part: str, was: object, now: object) -> bool:
        """Tell whether a part was written on this side."""
        return part in self.side.stamps or not _equal(was, now)

    def key(self, part: str, value: object) -> tuple[int, str, str]:
        """Return when and by whom a part was written; whoever has the greater one was later."""
        stamp = self.side.stamp(part)
        return stamp.clock, stamp.author, _spelled(value)


def identity(document: Document) -> tuple[str, ...]:
    """Return what makes a document this one and no other of the same id."""
    if isinstance(document, _DERIVED):
        return document.kind, document.id
    return (document.kind, *(getattr(document, name) for name in _FIXED))


def merge(base: Document | None, ours: Side, theirs: Side) -> Merged:
    """Merge *ours* and *theirs*, both made from *base* (None: it was not there).

    ``merge(b, x, y) == merge(b, y, x)``, and a side that changed nothing gives way.

    Raises:
        RefusedError: the sides are two different documents under one id.
    """
    one, two = ours.document, theirs.document
    if _equal(one, two) or (_equal(two, base) and not theirs.stamps):
        return Merged(one)
    if _equal(one, base) and not ours.stamps:
        return Merged(two)
    if one is None or two is None:
        return Merged(one or two)  # changed on one side, deleted on the other: it stays
    _check_same(one, two)
    return _merged(base, Version(one, ours, base), Version(two, theirs, base))


def _check_same(one: Document, two: Document) -> None:
    """Refuse two documents that only share an id: merged, they would be neither."""
    if identity(one) != identity(two):
        raise RefusedError(
            f"{one.id} is two documents: one by {one.created_by} of {one.created_at}, "
            f"one by {two.created_by} of {two.created_at}",
            hint="give one of them another id",
        )


def _merged(base: Document | None, one: Version, two: Version) -> Merged:
    for version, other in ((one, two), (two, one)):
        if is_tombstone(version.document) and not is_tombstone(other.document):
            return Merged(version.document, tuple(_hook_lost(base, version, other)))
    lost: list[Lost] = []
    values: dict[str, Any] = {}
    for each in dataclasses.fields(one.document):
        if each.name in _TEXTS:
            values[each.name] = _text(getattr(base, each.name, ""), one, two, each.name, lost)
        elif each.name not in _APART:
            values[each.name] = _register(base, one, two, each.name, lost)
    for name in SETS:
        if hasattr(one.document, name):
            values[name] = _words(base, one, two, name)
    values["dependencies"] = _edges(base, one, two)
    values["comments"] = _comments(one, two)
    values["ext"] = _ext(base, one, two)
    values |= _beginning(one.document, two.document)
    values |= _state(base, one, two, lost)
    return Merged(healed(one.document.replace(**values)), tuple(sorted(set(lost))))


# --- fields


def _equal(one: object, two: object) -> bool:
    """Tell whether both are written alike; to Python, true, 1 and 1.0 are the same."""
    return one == two and _alike(one) == _alike(two)


def _alike(value: object) -> str:
    if isinstance(value, Document):
        return _alike(value.ext)
    return (
        json.dumps(value, sort_keys=True)
        if isinstance(value, int | float | list | dict)
        else ""
    )


def _spelled(value: object) -> str:
    return json.dumps(value, sort_keys=True, default=_plain)


def _plain(value: object) -> object:
    return dataclasses.astuple(value) if isinstance(value, Comment | Dependency) else None


def _settled(
    part: str, was: object, sides: tuple[Version, Any], others: tuple[Version, Any]
) -> tuple[Version, Version]:
    """Return whose value of a part stands, and whose does not: the later write stands."""
    (one, left), (two, right) = sides, others
    if one.wrote(part, was, left) != two.wrote(part, was, right):
        return (one, two) if one.wrote(part, was, left) else (two, one)
    return (one, two) if one.key(part, left) > two.key(part, right) else (two, one)


def _register(
    base: Document | None, one: Version, two: Version, name: str, lost: list[Lost]
) -> object:
    left, right, was = one.value(name), two.value(name), getattr(base, name, _ABSENT)
    if _equal(left, right):
        return left
    won, other = _settled(name, was, (one, left), (two, right))
    if name in _SAID and other.value(name) and not _equal(other.value(name), was):
        lost.append(_lost(other, name))
    return won.value(name)


def _lost(version: Version, name: str) -> Lost:
    stamp = version.side.stamp(name)
    return Lost(name, str(version.value(name)), stamp.author, stamp.at)


def _text(base: str, one: Version, two: Version, name: str, lost: list[Lost]) -> str:
    left, right = str(one.value(name)), str(two.value(name))
    if right in (left, base):
        return left
    if left == base:
        return right
    first, last = sorted((one, two), key=lambda each: each.key(name, each.value(name)))
    text, overlap = merge_text(base, first.value(name), last.value(name))
    if overlap and first.value(name):
        lost.append(_lost(first, name))
    return text


def _words(base: Document | None, one: Version, two: Version, name: str) -> tuple[str, ...]:
    was = set(getattr(base, name)) if base else set()
    left, right = set(one.value(name)), set(two.value(name))
    both = left | right
    stay = (
        each
        for each in both
        if _stays(word_part(name, each), each, was, (one, left), (two, right))
    )
    return tuple(sorted(stay))


def _stays(
    part: str,
    element: object,
    was: set[Any],
    sides: tuple[Version, set[Any]],
    others: tuple[Version, set[Any]],
) -> bool:
    """Tell whether an element that one side has is still there after the merge."""
    (one, left), (two, right) = sides, others
    mine, theirs = element in left, element in right
    if mine == theirs:
        return mine
    before = None if not was and one.base is None else element in was
    won, _ = _settled(part, before, (one, mine), (two, theirs))
    return mine if won is one else theirs


def _edges(base: Document | None, one: Version, two: Version) -> tuple[Dependency, ...]:
    """Merge edge by edge; of two conditions that the sides gave one edge, the later stays."""
    was = set(base.dependencies) if base else set()
    left, right = set(one.value("dependencies")), set(two.value("dependencies"))
    stay = {
        edge
        for edge in left | right
        if _stays(edge_part(edge), edge, was, (one, left), (two, right))
    }
    mine, theirs = stay - right, stay - left
    return tuple(sorted(stay.difference(_outdated((one, mine), (two, theirs)))))


def _outdated(
    sides: tuple[Version, set[Dependency]], others: tuple[Version, set[Dependency]]
) -> Iterator[Dependency]:
    """Yield the edges of one side alone that the other side's, which came later, replace."""
    (one, mine), (two, theirs) = sides, others
    for left, right in itertools.product(mine, theirs):
        if (left.type, left.on) == (right.type, right.on):
            keys = [
                each.key(edge_part(edge), edge) for each, edge in ((one, left), (two, right))
            ]
            yield left if keys[0] < keys[1] else right


def _comments(one: Version, two: Version) -> tuple[Comment, ...]:
    """Return the comments of both: what was said stays said."""
    left, right = ({each.id: each for each in side.value("comments")} for side in (one, two))
    was = {each.id: each for each in one.base.comments} if one.base else {}
    found = {**right, **left}
    for name in left.keys() & right.keys():
        if left[name] != right[name]:
            sides = (one, left[name]), (two, right[name])
            won, _ = _settled(f"comments/{name}", was.get(name), *sides)
            found[name] = left[name] if won is one else right[name]
    return in_order(found.values())


def _ext(base: Document | None, one: Version, two: Version) -> dict[str, Any]:
    """Merge key by key, maps within maps too; changed beats deleted."""
    was = base.ext if base else {}
    left, right = one.value("ext"), two.value("ext")
    found: dict[str, Any] = {}
    for key in sorted({*left, *right}):
        part, old = f"ext/{key}", was.get(key, _ABSENT)
        mine, theirs = left.get(key, _ABSENT), right.get(key, _ABSENT)
        value = mine
        if not _equal(mine, theirs):
            won, _ = _settled(part, old, (one, mine), (two, theirs))
            both = one.wrote(part, old, mine) and two.wrote(part, old, theirs)
            value = _nested(old, mine, theirs, first=won is one, both=both)
        if value is not _ABSENT:
            found[key] = value
    return found


def _nested(base: object, one: object, two: object, *, first: bool, both: bool) -> object:
    """Return one of two values, or what two maps make together."""
    if not both:
        return one if first else two
    if one is _ABSENT or two is _ABSENT:
        return two if one is _ABSENT else one
    if not (isinstance(one, dict) and isinstance(two, dict)):
        return one if first else two
    was = base if isinstance(base, dict) else {}
    found: dict[str, Any] = {}
    for key in sorted({*one, *two}):
        value = _inner(
            was.get(key, _ABSENT), one.get(key, _ABSENT), two.get(key, _ABSENT), first
        )
        if value is not _ABSENT:
            found[key] = value
    return found


def _inner(base: object, one: object, two: object, first: bool) -> object:  # noqa: FBT001
    if _equal(one, two) or _equal(two, base):
        return one
    return two if _equal(one, base) else _nested(base, one, two, first=first, both=True)


# --- where it stands


def _beginning(one: Document, two: Document) -> dict[str, Any]:
    """Return who made it and when: what two clones derived alike has the earlier maker."""
    first = min(one, two, key=lambda each: (each.created_at, each.created_by))
    values = {"created_at": first.created_at, "created_by": first.created_by}
    if hasattr(one, "started_at"):
        begun = {getattr(each, "started_at", "") for each in (one, two)} - {""}
        values["started_at"] = min(begun, default="")
    return values


def _state(
    base: Document | None, one: Version, two: Version, lost: list[Lost]
) -> dict[str, Any]:
    """Return the fields that move with the status, all from one side."""
    names = [name for name in STATE if hasattr(one.document, name)]

    def of(document: Document | None) -> tuple[Any, ...]:
        return tuple(getattr(document, name, _ABSENT) for name in names)

    if of(one.document) == of(two.document) or of(two.document) == of(base):
        won = one
    elif of(one.document) == of(base):
        won = two
    else:
        won, other = _contest(base, one, two)
        lost.extend(_lost_state(base, won, other))
    return dict(zip(names, of(won.document), strict=True))


def _contest(base: Document | None, one: Version, two: Version) -> tuple[Version, Version]:
    def key(version: Version, part: str) -> tuple[int, str, str]:
        return version.key(part, [version.document.fields().get(name) for name in STATE])

    first = winner(
        base, one.document, two.document,
        later=lambda part: key(one, part or WHOLE_STATE) > key(two, part or WHOLE_STATE),
        settled=(one.side.stamp(CLAIM).settled, two.side.stamp(CLAIM).settled),
    )  # fmt: skip
    return (one, two) if first else (two, one)


def _lost_state(base: Document | None, won: Version, other: Version) -> Iterable[Lost]:
    """Return what the loser said about the state that nobody will find in the document."""
    for name in ("assignee", "reason", "findings"):
        said = getattr(other.document, name, "")
        if said and said not in (getattr(base, name, ""), getattr(won.document, name)):
            yield _lost(other, name)


def _hook_lost(base: Document | None, won: Version, other: Version) -> Iterable[Lost]:
    return (each for each in _lost_state(base, won, other) if each.field == "assignee")
