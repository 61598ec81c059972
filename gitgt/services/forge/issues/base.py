"""What every forge tells of its issues, and takes from us."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Protocol

from gitgt.model.issues.issue import Issue, Said
from gitgt.services.exchange import fit
from gitgt.services.forge.api import ForgeRefusedError
from gitgt.services.forge.base import OURS, Answer
from gitgt.values import dataclass

_NOWHERE: Final = (404, 410)
# What is handed on of one text; the rest is at the forge.
LONGEST: Final = 20_000
LONGEST_REMARK: Final = 4_000
MOST_REMARKS: Final = 100


@dataclass(frozen=True, slots=True)
class Changed:
    """What changed since some time, and the name by which the forge knows this answer again."""

    issues: tuple[Issue, ...]
    etag: str = ""


class Issues(Protocol):
    """The issues of one project. ``source`` is what an import calls what comes from there."""

    source: str

    def labelled(self, label: str) -> Iterator[Issue]:
        """Yield the open issues with *label*, page after page.

        Raises:
            CouldNotAskError: the forge tells nothing.
        """
        ...

    def since(self, when: str, etag: str) -> Changed | None:
        """Return the issues that changed *when* or later; None: the same as under *etag*."""
        ...

    def one(self, number: int) -> Issue | None:
        """Return an issue; None if there is none any more, or not for us."""
        ...

    def remarks(self, number: int) -> list[Mapping[str, Any]]:
        """Return the comments below an issue, the oldest first, as the forge tells them."""
        ...

    def said(self, number: int) -> tuple[Said, ...]:
        """Return who said what below an issue, the oldest first."""
        ...

    def comment(self, number: int, text: str) -> None:
        """Write a comment below an issue."""
        ...

    def unsay(self, number: int, name: str) -> None:
        """Take a comment of ours away again."""
        ...

    def close(self, number: int) -> str:
        """Close an issue; return when that was by the forge's clock."""
        ...


def ours(text: str) -> bool:
    """Tell whether a comment is one of ours: what we said is no news."""
    return OURS in text


def found_or_none(ask: Any, path: str) -> Answer | None:  # noqa: ANN401 - how it is asked
    """Return what is at *path*; None if the forge says that there is nothing.

    Raises:
        ForgeRefusedError: it says something else.
    """
    try:
        return Answer(ask(path), "issue")
    except ForgeRefusedError as error:
        if error.status in _NOWHERE:
            return None
        raise


def cut_record(record: Mapping[str, Any], text: str, url: str) -> dict[str, Any]:
    """Return *record* with the text called *text* cut to what is handed on."""
    said = record.get(text)
    if not isinstance(said, str) or len(said) <= LONGEST:
        return dict(record)
    return {**record, text: f"{said[:LONGEST]}\n\n[... the rest is at {url}]"}


def instant(given: str) -> str:
    """Return a forge's time as all of ours are written, so that two of them compare."""
    return fit.time(given)
