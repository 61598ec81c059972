"""Who wrote each line of a file, as git tells it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gitgt.errors import NotFoundError
from gitgt.git.command import attempt, git
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file, and the commit that wrote it."""

    number: int
    commit: str
    author: str
    text: str


def blame(path: Path) -> list[Line]:
    """Return who wrote the lines of *path*, as it lies in its worktree.

    Raises:
        NotFoundError: git does not know it.
    """
    argv = ("blame", "--line-porcelain", "--", path.name)
    outcome = attempt(*argv, cwd=path.parent)
    if not outcome.ok:
        raise NotFoundError(f"git does not know {path}", hint="git ls-files")
    return [*_lines(outcome.stdout.decode(errors="replace"))]


def _lines(told: str) -> Iterator[Line]:
    commit, number, author = "", 0, ""
    for each in told.split("\n"):
        if each.startswith("\t"):
            yield Line(number, commit, author, each[1:])
            commit = ""
        elif not commit:
            words = each.split(" ")
            if len(words) >= 3:
                commit, number = words[0], int(words[2])
        elif each.startswith("author "):
            author = each.removeprefix("author ")


def trailers(commits: list[str], key: str, cwd: Path) -> dict[str, str]:
    """Return what the last trailer *key* of each commit says, of those that have one."""
    form = f"%H%x00%(trailers:key={key},valueonly,separator=%x00)"
    argv = ("log", "--no-walk=unsorted", f"--format={form}", "--stdin")
    told = git(*argv, cwd=cwd, stdin="\n".join(commits).encode()) if commits else b""
    found: dict[str, str] = {}
    for line in told.decode(errors="replace").splitlines():
        commit, *said = line.split("\0")
        if said and said[-1]:
            found[commit] = said[-1].strip()
    return found
