"""What every forge can do for us, and how their answers are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol

from gitgt.model.pull_request import Seen
from gitgt.services.forge.api import CouldNotAskError
from gitgt.values import dataclass

# Stands in what we write ourselves, so that it is not taken for somebody's word.
OURS: Final = "<!-- gt: "
MARK: Final = OURS + "{} -->"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A pull request that is to be opened."""

    branch: str
    target: str
    title: str
    body: str
    draft: bool = False


class Forge(Protocol):
    """A forge, and one project there."""

    def find(self, branch: str, known: int = 0) -> Seen | None:
        """Return the pull request of *branch*: the open one, else the newest, if any.

        *known* is the number that it had when it was last seen.

        Raises:
            CouldNotAskError: the forge tells nothing.
        """
        ...

    def open(self, wanted: Wanted) -> None:
        """Open a pull request.

        Raises:
            ForgeRefusedError: there is one already, or it may not be opened.
        """
        ...

    def comment(self, seen: Seen, text: str) -> None:
        """Write a comment below a pull request."""
        ...

    def said(self, seen: Seen, mark: str) -> bool:
        """Tell whether we have written a comment with *mark* in it."""
        ...

    def merge(self, seen: Seen, style: str) -> None:
        """Ask for it to be merged: by a queue, when its rules are met, or at once.

        Raises:
            ForgeRefusedError: it cannot be merged so, or its head is another by now.
        """
        ...

    def close(self, seen: Seen) -> None:
        """Close a pull request without merging it."""
        ...


class Answer:
    """A part of a forge's answer; what is not as it must be tells nothing."""

    def __init__(self, value: Any, where: str) -> None:  # noqa: ANN401
        self.value = value
        self.where = where

    def __truediv__(self, name: str) -> Answer:
        """Return the part called *name*."""
        if not isinstance(self.value, Mapping) or name not in self.value:
            raise self.wrong(f"no {name}")
        return Answer(self.value[name], f"{self.where}.{name}")

    def maybe(self, name: str) -> Answer | None:
        """Return the part called *name*; None if it is not there, or null."""
        if not isinstance(self.value, Mapping):
            raise self.wrong("not a map")
        found = self.value.get(name)
        return None if found is None else Answer(found, f"{self.where}.{name}")

    def text(self, name: str) -> str:
        """Return the words in the part called *name*; empty if there are none."""
        found = self.maybe(name)
        if found is None:
            return ""
        if not isinstance(found.value, str):
            raise found.wrong("not a text")
        return found.value

    def number(self, name: str) -> int:
        """Return the number in the part called *name*."""
        found = (self / name).value
        if not isinstance(found, int) or isinstance(found, bool):
            raise self.wrong(f"{name} is no number")
        return found

    def flag(self, name: str) -> bool:
        """Return the truth in the part called *name*; what is not there is not so."""
        found = self.maybe(name)
        if found is not None and not isinstance(found.value, bool):
            raise found.wrong("neither true nor false")
        return found is not None and bool(found.value)

    def each(self, name: str = "") -> list[Answer]:
        """Return the items of the list called *name*, or of this one; none if it is null."""
        found = self.maybe(name) if name else self
        if found is None:
            return []
        if not isinstance(found.value, list):
            raise found.wrong("not a list")
        return [Answer(item, f"{found.where}[{n}]") for n, item in enumerate(found.value)]

    def who(self, name: str, key: str) -> str:
        """Return the login in the part called *name*; a deleted account has none."""
        found = self.maybe(name)
        return found.text(key) if found is not None else "ghost"

    def wrong(self, what: str) -> CouldNotAskError:
        """Return what is raised where this part is not as it must be."""
        return CouldNotAskError(f"the forge's answer makes no sense: {self.where}: {what}")
