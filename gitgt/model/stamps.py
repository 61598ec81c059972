"""When each part of a document was written, read from the commits that wrote it.

A part is a field, one label, one comment, one key of ``ext``: whatever merges by itself. Its
stamp is that of the commit which gave it the value that it has. Nothing of this is stored: the
history says it.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from gitgt.model.change import HELD
from gitgt.model.documents import SETS, Dependency, Document, Message
from gitgt.values import dataclass

# What moves with the status. A merge request's revision belongs to the state that it is in.
STATE: Final = (
    "status", "assignee", "reader", "read_at", "acked_at", "acked_by", "closed_at", "closed_by",
    "outcome", "reason", "failures", "landed", "revision", "returns", "branch", "head",
    "proposed", "queued_at", "pardoned", "findings",
)  # fmt: skip
WHOLE_STATE: Final = "state"
CLAIM: Final = "claim"  # whose hook it is on, hooked or in progress
Parts = Mapping[str, str]


@dataclass(frozen=True, slots=True, order=True)
class Stamp:
    """A place in the history: a Lamport clock, who wrote there, and when (for people).

    ``settled`` says that the remote had what was written there before it counted.
    """

    clock: int
    author: str = ""
    at: str = ""
    settled: bool = False

    def joined(self, other: Stamp) -> Stamp:
        """Return the later of two that wrote the same; it is settled if either is."""
        return replace(max(self, other), settled=self.settled or other.settled)


@dataclass(frozen=True, slots=True)
class Write:
    """One commit's version of a document, and those of its parents."""

    stamp: Stamp
    new: Parts
    old: tuple[Parts, ...]

    def names(self) -> Iterator[str]:
        """Yield the parts that this commit wrote: it has them as none of its parents does."""
        known = set(self.new).union(*self.old)
        for name in known:
            value = self.new.get(name)
            if all(value != each.get(name) for each in self.old):
                yield name


def stamps_of(tip: Parts, writes: Iterable[Write]) -> dict[str, Stamp]:
    """Return when the parts of *tip* were written, as far as *writes* tell."""
    found: dict[str, Stamp] = {}
    for write in writes:
        for name in write.names():
            if write.new.get(name) == tip.get(name):
                found[name] = write.stamp.joined(found.get(name, write.stamp))
    return found


def parts_of(document: Document | None) -> Parts:
    """Return a document part by part, each as text that is equal if the part is."""
    if document is None:
        return {}
    found: dict[str, str] = {}
    for field in dataclasses.fields(document):
        value = getattr(document, field.name)
        if field.name in SETS:
            found |= {word_part(field.name, each): "there" for each in value}
        elif field.name == "dependencies":
            found |= {edge_part(each): "there" for each in value}
        elif field.name == "comments":
            found |= {
                f"comments/{each.id}": _spelled(dataclasses.astuple(each)) for each in value
            }
        elif field.name == "ext":
            found |= {f"ext/{key}": _spelled(each) for key, each in value.items()}
        else:
            found[field.name] = _spelled(value)
    return {**found, WHOLE_STATE: _spelled(state_of(document)), CLAIM: claim_of(document)}


def state_of(document: Document) -> Sequence[object]:
    """Return what moves with the status."""
    return [getattr(document, name, None) for name in STATE]


def claim_of(document: Document) -> str:
    """Return whose hook a document is on, or who claimed it from a queue; empty if nobody."""
    if isinstance(document, Message):
        return document.reader if document.queue and not document.is_closed else ""
    return getattr(document, "assignee", "") if document.status in HELD else ""


def word_part(field: str, word: str) -> str:
    """Return the name of one word of a field, such as a label, as a part."""
    return f"{field}/{word}"


def edge_part(edge: Dependency) -> str:
    """Return the name of a dependency as a part."""
    return "/".join(("dependencies", *(str(each) for each in dataclasses.astuple(edge))))


def _spelled(value: object) -> str:
    return json.dumps(value, sort_keys=True)
