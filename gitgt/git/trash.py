"""What a cleanup removes stays reachable for a while: ``refs/gt/trash/<time>/<what>``.

Nothing is removed before its content is reachable from a ref of ours, written first.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from gitgt.errors import EnvironmentProblemError
from gitgt.git.command import git
from gitgt.git.repository import Repository
from gitgt.git.transaction import RefMove, move_refs
from gitgt.values import dataclass

TRASH: Final = "refs/gt/trash/"
_TIME: Final = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Discarded:
    """Something in the trash: its ref, what it was called, where it stood, and since when."""

    ref: str
    what: str
    commit: str
    since: float


def discard(repository: Repository, what: Mapping[str, str], *, now: float) -> list[str]:
    """Put commits, named as in ``{"heads/polecat/nux/gt-abc12": oid}``, into the trash.

    All of them or none; returns their refs. What they are called from outside may go then.
    """
    when = datetime.fromtimestamp(now, UTC).strftime(_TIME)
    folder = f"{TRASH}{when}-{secrets.token_hex(3)}/"
    moves = [RefMove(f"{folder}{name}", None, oid) for name, oid in what.items()]
    if moves:
        move_refs(repository, moves, why="to the trash")
    return [move.name for move in moves]


def take_over(repository: Repository, other: Repository, what: str, *, now: float) -> str:
    """Put all refs of another repository, and all that they reach, into the trash of this one.

    Returns the folder of refs that they are in, below *what*.

    Raises:
        GitFailedError: they cannot be had, all of them.
        EnvironmentProblemError: one is missing here.
    """
    when = datetime.fromtimestamp(now, UTC).strftime(_TIME)
    folder = f"{TRASH}{when}-{secrets.token_hex(3)}/{what}"
    git(
        "-c", "core.hooksPath=/dev/null", "fetch", "--quiet", "--no-tags",
        "--no-auto-maintenance", "--no-write-fetch-head", "--no-recurse-submodules",
        str(other.common), f"+refs/*:{folder}/*", cwd=repository.common,
    )  # fmt: skip
    there, here = other.refs("refs/"), repository.refs(f"{folder}/")
    for name, oid in there.items():
        if here.get(f"{folder}/{name.removeprefix('refs/')}") != oid:
            raise EnvironmentProblemError(f"{name} of {other.common} moved meanwhile")
    return folder


def discarded(repository: Repository) -> list[Discarded]:
    """Return what is in the trash, the oldest first."""
    found = [_read(ref, oid) for ref, oid in repository.refs(TRASH).items()]
    return sorted((each for each in found if each), key=lambda each: (each.since, each.ref))


def expire(repository: Repository, *, before: float) -> list[Discarded]:
    """Let go for good of what was discarded before then, and return it."""
    old = [each for each in discarded(repository) if each.since < before]
    if old:
        moves = [RefMove(each.ref, each.commit, None) for each in old]
        move_refs(repository, moves, why="out of the trash")
    return old


def _read(ref: str, commit: str) -> Discarded | None:
    when, _, what = ref.removeprefix(TRASH).partition("/")
    try:
        since = datetime.strptime(when.partition("-")[0], _TIME).replace(tzinfo=UTC)
    except ValueError:
        return None
    return Discarded(ref, what, commit, since.timestamp())
