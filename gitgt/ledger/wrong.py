"""What one commit did to one file, which rule speaks against it, and where it stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from gitgt.errors import (
    GtError,
    IllegalTransitionError,
    InvalidDocumentError,
    NotAllowedError,
    NotFoundError,
    RefusedError,
)
from gitgt.model.actor import Actor
from gitgt.values import dataclass

SCHEMA: Final = "schema"
CONTENT: Final = "content"
# A short word for each kind of rule, the most special first.
_RULES: Final[Mapping[type[GtError], str]] = {
    InvalidDocumentError: SCHEMA,
    NotFoundError: "missing",
    IllegalTransitionError: "transition",
    NotAllowedError: "not-yours",
    RefusedError: CONTENT,
}


@dataclass(frozen=True, slots=True)
class Mark:
    """One line that breaks a rule: its number (0 for none), what is wrong, and the way out."""

    line: int
    said: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Wrong:
    """What one commit did to one file, and which rule speaks against it."""

    commit: str
    by: Actor
    at: str
    path: str
    why: str
    rule: str = CONTENT
    marks: tuple[Mark, ...] = ()


def wrong(commit: str, by: Actor, at: str, path: str, error: GtError) -> Wrong:
    """Return what *error* says of a file that *commit* wrote."""
    return Wrong(commit, by, at, path, said(path, error), rule_of(error), marks(path, error))


def said(path: str, error: GtError) -> str:
    """Return the rule that was broken and the way out, with the file."""
    text = error.message if error.message.startswith(path) else f"{path}: {error.message}"
    return "\n".join((text, *(f"  hint: {row}" for row in error.hint.splitlines())))


def rule_of(error: GtError) -> str:
    """Return the short word for the rule that *error* speaks of."""
    return next((word for kind, word in _RULES.items() if isinstance(error, kind)), CONTENT)


def marks(path: str, error: GtError) -> tuple[Mark, ...]:
    """Return the lines that *error* speaks of."""
    if isinstance(error, InvalidDocumentError) and error.found:
        return tuple(Mark(*each) for each in error.found)
    text = error.message.removeprefix(f"{path}:").strip() or error.message
    if found := re.match(r"(\d+): ", text) if text != error.message else None:
        return (Mark(int(found[1]), text[found.end() :], error.hint),)
    return (Mark(0, text, error.hint),)
