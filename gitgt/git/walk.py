"""What each commit of a stretch of history wrote, read by one git process."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import field
from typing import Final

from gitgt.git.command import git
from gitgt.git.repository import Repository
from gitgt.values import dataclass

_PLAIN: Final = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
# Where a commit begins: nobody's name holds a line end, and no path does that git prints.
_HEAD: Final = re.compile(r"^\x01(?=[0-9a-f]{40,64}\0)", re.MULTILINE)
_FORMAT: Final = (
    "%x01%H%x00%P%x00%an%x00%ae%x00%ct%x00%(trailers:key=Gt-Clock,valueonly)%x00"
    "%(trailers:key=Gt-Settled,valueonly)%x00"
)
_NOTHING: Final = "0" * 40
_FEW: Final = 50
LAST: Final = 253_402_300_799  # seconds: the end of the year 9999, after which no text can be
_LONGEST: Final = 16  # digits of a clock


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
    for block in _HEAD.split(said)[1:]:
        head, _, rows = block.rpartition("\0")
        made = _commit(head.split("\0"))
        made.files.update(_file(row) for row in rows.split("\n") if row.startswith(":"))
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
        made = Commit(oid, parents, who.name, who.email, _moment(str(who.seconds)), 0)
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
    said = clock.strip().rpartition("\n")[2]
    known = int(said) if said.isascii() and said.isdigit() and len(said) < _LONGEST else 0
    by_remote = bool(settled.strip())
    when = _moment(seconds)
    return Commit(oid, tuple(parents.split()), name, email, when, known, by_remote)


def _moment(seconds: str) -> int:
    """Return when a commit says that it was made, as far as that is a time at all."""
    return min(max(int(seconds), 0), LAST) if re.fullmatch(r"-?\d{1,20}", seconds) else 0


def _file(row: str) -> tuple[str, tuple[tuple[str | None, ...], str | None]]:
    """Read ``:MODES BLOBS STATUS<tab>PATH``: one colon, and one blob more, for each parent."""
    facts, _, path = row.partition("\t")
    parents = len(facts) - len(facts.lstrip(":"))
    words = facts.lstrip(":").split(" ")[parents + 1 :]
    blobs = [None if each == _NOTHING else each for each in words[: parents + 1]]
    return path, (tuple(blobs[:-1]), blobs[-1])
