"""What is wrong with a document, said so that a person can mend it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from gitgt.errors import InvalidDocumentError
from gitgt.ledger.codec import MAX_BYTES
from gitgt.values import dataclass

_MOST: Final = 20  # more lines than this say nothing new


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong: on which line, with which key, what, and the way out."""

    line: int
    where: str
    what: str
    hint: str = ""

    @property
    def bare(self) -> str:
        """What is wrong, without the file and the line."""
        return f"{self.where}: {self.what}" if self.where else self.what

    def said(self, source: str) -> str:
        """Return the line that says it."""
        return f"{source}:{self.line}: {self.bare}"


def refusal(source: str, problems: Iterable[Problem]) -> InvalidDocumentError:
    """Return the error that says all *problems*, in the order of their lines."""
    ordered = sorted(set(problems))
    said = [problem.said(source) for problem in ordered[:_MOST]]
    if len(ordered) > _MOST:
        said.append(f"{source}: and {len(ordered) - _MOST} more")
    hints = dict.fromkeys(problem.hint for problem in ordered[:_MOST] if problem.hint)
    found = [(each.line, each.bare, each.hint) for each in ordered]
    return InvalidDocumentError("\n".join(said), hint="\n".join(hints), found=found)


def did_you_mean(word: object, known: Sequence[object]) -> str:
    """Return the question that ends a message about *word*, or nothing if none is like it."""
    import difflib

    close = difflib.get_close_matches(str(word), [str(each) for each in known], 1, 0.7)
    return f"; did you mean {close[0]}?" if close else ""


def too_big(size: int) -> Problem:
    """Return the problem with a document of *size* bytes."""
    what = f"{size} bytes are too many for one document; {MAX_BYTES} are allowed"
    return Problem(1, "", what, "keep long texts in files of the project")
