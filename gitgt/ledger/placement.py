"""Where the files that a person put somewhere belong.

A bead's place follows from its name. One that was saved or moved into another folder is
meant for its own; two files with one name are a question, and are refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from gitgt.errors import RefusedError
from gitgt.git.repository import Difference, Repository
from gitgt.ledger import layout
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Placed:
    """What a person did to one document: *difference* is at its home, they wrote at *path*."""

    path: str
    difference: Difference
    problem: RefusedError | None = None

    @property
    def strays(self) -> bool:
        """Tell whether the file lies elsewhere than it belongs."""
        return self.path != self.difference.path


def placed(
    repository: Repository, base: str | None, theirs: str, differences: Iterable[Difference]
) -> Iterator[Placed]:
    """Yield each of *differences* at the place where it belongs."""
    found = {each.path: each for each in differences}
    strays: dict[str, str] = {}  # by where they belong
    for path, difference in found.items():
        home = _home(path)
        if path == home or difference.new is None:
            continue
        there = home if repository.entry(theirs, home) is not None else strays.get(home)
        if there is not None:
            yield Placed(path, difference, _doubled(path, there))
            continue
        strays[home] = path
        old = None if base is None else repository.entry(base, home)
        yield Placed(path, replace(difference, path=home, old=old))
    for path, difference in found.items():
        if (path not in strays) if difference.new is None else (path == _home(path)):
            yield Placed(path, difference)


def renamed(repository: Repository, gone: Difference, others: Iterable[Difference]) -> str:
    """Return the path under which the file that is *gone* seems to go on, or nothing."""
    lost = layout.named_by(gone.path)
    if gone.old is None or lost is None:
        return ""
    new = {
        each.path: each.new
        for each in others
        if each.old is None and each.new is not None and layout.named_by(each.path) != lost
    }
    if same := [path for path, blob in new.items() if blob == gone.old]:
        return same[0]
    mark = _birth(repository.blob(gone.old))
    of_age = [path for path, blob in new.items() if mark == _birth(repository.blob(blob))]
    return of_age[0] if mark and of_age else ""


def _birth(content: bytes) -> bytes:
    """Return the line that says when a document was made: a copy has the same."""
    return next((row for row in content.split(b"\n") if row.startswith(b"created_at:")), b"")


def _home(path: str) -> str:
    named = layout.named_by(path) if layout.is_item(path) else None
    return path if named is None else layout.path_of(named)


def _doubled(path: str, there: str) -> RefusedError:
    return RefusedError(
        f"{path}:1: {layout.named_by(path)} is in {there} too: one id, one file",
        hint=f"git rm --cached {path}; a copy needs a name and an id of its own",
    )
