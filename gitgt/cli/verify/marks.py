"""What every form that a pipeline reads needs of each broken rule: a place, words, a name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Final

from gitgt.cli import output
from gitgt.ledger.layout import LEDGER_FILE
from gitgt.model.push.broken import Broken

# Forges show nothing that stands nowhere: what is no file's is told at the file that says
# which ledger it is.
NOWHERE: Final = LEDGER_FILE


def path_of(each: Broken) -> str:
    """Return the file at which a forge is to show it."""
    return each.path or NOWHERE


def line_of(each: Broken) -> int:
    """Return the line at which a forge is to show it."""
    return max(each.line, 1)


def said(each: Broken) -> str:
    """Return what is wrong and the way out, in lines, with all of it visible."""
    return output.clean("\n".join((each.said, *each.hint.splitlines())))


def named(broken: Iterable[Broken]) -> Iterator[tuple[Broken, str]]:
    """Yield each with a name that is its own, and stays if lines or commits change."""
    seen: dict[str, int] = {}
    for each in broken:
        what = f"{each.path}\0{each.rule}\0{each.said}"
        seen[what] = seen.get(what, 0) + 1
        content = f"{what}\0{seen[what]}".encode(errors="surrogatepass")
        yield each, hashlib.sha256(content).hexdigest()
