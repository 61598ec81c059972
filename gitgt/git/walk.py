"""What each commit of a stretch of history wrote, read by one git process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field
from typing import Final

from gitgt.git.command import git
from gitgt.git.repository import Repository
from gitgt.values import dataclass

_PLAIN: Final = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
_HEAD: Final = "\x01"
_FORMAT: Final = (
    "%x01%H%x00%P%x00%an%x00%ae%x00%ct%x00%(trailers:key=Gt-Clock,valueonly)%x00"
    "%(trailers:key=Gt-Settled,valueonly)%x00"
)
_NOTHING: Final = "0" * 40
_FEW: Final = 50


@dataclass(slots=True)
class Commit:
    """A commit: who made it when, and the files that it has as none of its parents does.

    ``settled`` tells whether it says that the claims in it were settled by a remote.
    ``files`` is path to (blobs of the parents, own blob); None where there is none.
    """

    id: str
    parents: tuple[str, ...]
    name: str
    email: str
    seconds: int
    clock: int
    settled: bool = False
    files: dict[str, tuple[tuple[str | None, ...], str | None]] = field(default_factory=dict)


def only_in(repository: Repository, tip: str, other: str | None) -> Iterator[Commit]:
    """Yield the commits that *tip* has and *other* has not, parents before children."""
    without = () if other is None else (f"^{other}",)
    argv = (
        "-c", "core.quotePath=false", "-c", "log.showRoot=true",
        "-c", "log.showSignature=false", "log",
        "--topo-order", "--reverse", "--full-history", "--raw", "-c", "--no-abbrev",
        "--no-renames", f"--format={_FORMAT}", tip, *without, "--",
    )  # fmt: skip
    env = {**repository.sight, **_PLAIN}
    said = git(*argv, cwd=repository.common, env=env).decode(errors="surrogateescape")
    for block in said.split(_HEAD)[1:]:
        head, _, rows = block.rpartition("\0")
        made = _commit(head.split("\0"))
        made.files.update(_file(row) for row in rows.splitlines() if row.startswith(":"))
        yield made


def new_in(repository: Repository, tip: str, since: str | None) -> Iterator[Commit]:
    """Yield what ``only_in`` does; a few commits in a straight line cost no process."""
    line = None if since is None else _straight(repository, tip, since)
    if line is None:
        yield from only_in(repository, tip, since)
        return
    for oid in reversed(line):
        parents = repository.parents_of(oid)
        who, _ = repository.committed(oid)
        made = Commit(oid, parents, who.name, who.email, who.seconds, 0)
        for each in repository.differences(parents[0], oid):
            made.files[each.path] = ((each.old,), each.new)
        yield made


def _straight(repository: Repository, tip: str, since: str) -> list[str] | None:
    """Return the commits from *tip* down to *since* if they are few and none is a merge."""
    found: list[str] = []
    while tip != since:
        parents = repository.parents_of(tip)
        if len(parents) != 1 or len(found) == _FEW:
            return None
        found.append(tip)
        tip = parents[0]
    return found


def _commit(words: Sequence[str]) -> Commit:
    oid, parents, name, email, seconds, clock, settled = words
    said = clock.strip().splitlines()[-1:]
    known = int(said[0]) if said and said[0].isascii() and said[0].isdigit() else 0
    by_remote = bool(settled.strip())
    return Commit(oid, tuple(parents.split()), name, email, int(seconds), known, by_remote)


def _file(row: str) -> tuple[str, tuple[tuple[str | None, ...], str | None]]:
    """Read ``:MODES BLOBS STATUS<tab>PATH``: one colon, and one blob more, for each parent."""
    facts, _, path = row.partition("\t")
    parents = len(facts) - len(facts.lstrip(":"))
    words = facts.lstrip(":").split(" ")[parents + 1 :]
    blobs = [None if each == _NOTHING else each for each in words[: parents + 1]]
    return path, (tuple(blobs[:-1]), blobs[-1])
