"""Integration branches: what one is called, and whether all is there that is to land."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import field
from typing import Final

from gitgt.values import dataclass

TEMPLATE: Final = "integration/{title}"
_LONGEST: Final = 60
_FIELD: Final = re.compile(r"\{(title-slug|title|epic|prefix|user)\}")
_SEPARATORS: Final = re.compile(r"[^a-z0-9]+")


def slug(text: str) -> str:
    """Return *text* as a part of a branch's name: small letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _SEPARATORS.sub("-", plain.lower()).strip("-")


def name_of(
    template: str, *, title: str, epic: str, user: str, taken: Collection[str] = ()
) -> str:  # fmt: skip
    """Return the name that *template* gives; a number tells it from those that are *taken*."""
    parts = {
        "title": slug(title) or epic,
        "epic": epic,
        "prefix": epic.partition("-")[0],
        "user": slug(user) or "somebody",
    }
    parts["title-slug"] = parts["title"]
    name = _FIELD.sub(lambda found: parts[found[1]], template)[:_LONGEST].rstrip("-./")
    number, found = 2, name
    while found in taken:
        found, number = f"{name}-{number}", number + 1
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an integration branch stands: all that its landing depends on.

    ``tip`` and ``base_tip`` are empty if that branch is gone. ``open`` are the parts that are
    not closed, ``live`` the requests that want to land on the branch. ``landed`` is the commit
    that brought it to the base.
    """

    branch: str
    base: str
    tip: str = ""
    base_tip: str = ""
    parts: int = 0
    open: tuple[str, ...] = ()
    live: tuple[str, ...] = ()
    ahead: int = 0
    behind: int = 0
    conflicts: tuple[str, ...] = field(default=())
    closed: bool = False
    landed: str = ""

    @property
    def is_ready(self) -> bool:
        """Tell whether it may land."""
        return not any(self.missing())

    def missing(self) -> Iterator[str]:
        """Yield why it may not land yet."""
        if self.closed:
            yield "it has landed" if self.landed else "its epic is closed"
            return
        if not self.base_tip:
            yield f"its base {self.base} is gone"
        if not self.tip:
            yield f"the branch {self.branch} is gone"
        yield from self.unfinished()
        if self.tip and self.base_tip and not self.ahead:
            yield f"it has nothing that {self.base} has not"
        if self.conflicts:
            yield f"it conflicts with {self.base} in {', '.join(self.conflicts)}"

    def unfinished(self) -> Iterator[str]:
        """Yield what is still to come: a landing that waits is taken back for that alone."""
        if not self.parts:
            yield "its epic has no parts"
        if self.open:
            yield f"not closed: {', '.join(self.open)}"
        if self.live:
            yield f"still to land on it: {', '.join(self.live)}"
