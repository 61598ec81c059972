"""What is different between two versions of a document, field by field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gitgt.values import dataclass

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field: what it said and what it says; None where it said nothing."""

    field: str
    was: Any
    now: Any

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {"field": self.field, "was": self.was, "now": self.now}


def between(old: Fields | None, new: Fields | None) -> tuple[Difference, ...]:
    """Return the fields in which *new* differs from *old*, in the order of a document."""
    before, after = old or {}, new or {}
    names = dict.fromkeys([*after, *before])
    return tuple(
        Difference(name, before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    )


def from_all(olds: Iterable[Fields], new: Fields | None) -> tuple[Difference, ...]:
    """Return what *new* says that none of *olds* did: what a merge itself decided."""
    first, *others = [*olds] or [{}]
    return tuple(
        each
        for each in between(first, new)
        if all(other.get(each.field) != each.now for other in others)
    )


def less_and_more(difference: Difference) -> tuple[list[Any], list[Any]]:
    """Return what a list has lost and what it has gained."""
    was, now = difference.was or [], difference.now or []
    return [each for each in was if each not in now], [each for each in now if each not in was]
