"""Move refs: all of them if each still stands where it was read, else none.

``git update-ref --stdin`` checks every old value before it moves the first ref. It is not
crash-atomic (refs are renamed one by one): ``landing`` writes an intent first.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from gitgt.errors import GitFailedError, LedgerConflictError
from gitgt.git import faults, rehearsal
from gitgt.git.command import Outcome, attempt
from gitgt.git.locks import lock_of, remove_stale
from gitgt.git.repository import Repository
from gitgt.values import dataclass

ZERO: Final = "0" * 40
# What git says when another process moved or holds a ref; seen with 8 writers.
_LOST_THE_RACE: Final = (
    "but expected",
    "reference already exists",
    "unable to resolve reference",
    "Unable to create",
    "File exists",
    "cannot lock ref",
)


@dataclass(frozen=True, slots=True)
class RefMove:
    """A ref's way from *old* to *new*; None stands for "is not there"."""

    name: str
    old: str | None
    new: str | None


def move_refs(
    repository: Repository, moves: Sequence[RefMove], *, why: str, logged: bool = True
) -> None:
    """Make all *moves* or none; *why* goes into the reflogs.

    What is not *logged* leaves no trace of where the refs stood.

    Raises:
        LedgerConflictError: a ref no longer stands at its old value, or another process
            holds it.
    """
    if (going := rehearsal.going()) is not None:
        rehearsal.move(going, repository.common, moves, why)
        return
    if logged and _is_swung(repository, moves, why):
        return
    outcome = _transaction(repository, moves, why, logged=logged)
    if _is_lost(outcome) and _unlocked(repository, moves):
        outcome = _transaction(repository, moves, why, logged=logged)
    if _is_lost(outcome):
        raise _lost(repository, moves)
    if not outcome.ok:
        raise GitFailedError(("update-ref", "--stdin"), outcome.code, outcome.stderr)


def _is_swung(repository: Repository, moves: Sequence[RefMove], why: str) -> bool:
    """Move a single ref without starting git, where libgit2 is at work; tell if that was done.

    It compares and swaps as well. Whatever is in its way, git is asked to say what.
    """
    if len(moves) != 1 or not repository.is_open:
        return False
    (only,) = moves
    faults.act("swing", only.name)
    return bool(only.old and only.new and repository.swing(only.name, only.old, only.new, why))


def _transaction(
    repository: Repository, moves: Sequence[RefMove], why: str, *, logged: bool
) -> Outcome:
    script = ["start", *(_command(move) for move in moves), "prepare", "commit"]
    argv = (
        "-c",
        "core.hooksPath=/dev/null",
        *(() if logged else ("-c", "core.logAllRefUpdates=false")),
        "update-ref",
        *(("--create-reflog",) if logged else ()),
        "-m",
        why,
        "--stdin",
    )
    return attempt(
        *argv,
        cwd=repository.common,
        stdin="".join(f"{row}\n" for row in script).encode(),
    )


def _is_lost(outcome: Outcome) -> bool:
    return not outcome.ok and any(sign in outcome.stderr for sign in _LOST_THE_RACE)


def _lost(repository: Repository, moves: Sequence[RefMove]) -> LedgerConflictError:
    for lock in _locks(repository, moves):
        if lock.exists():
            return LedgerConflictError(
                f"another process holds {lock}",
                hint=f"try again; if no git is at work there: rm {shlex.quote(str(lock))}",
            )
    names = ", ".join(move.name for move in moves)
    return LedgerConflictError(f"{names} moved while it was being written")


def _locks(repository: Repository, moves: Sequence[RefMove]) -> list[Path]:
    common = repository.common
    return [*(lock_of(common, move.name) for move in moves), common / "packed-refs.lock"]


def _unlocked(repository: Repository, moves: Sequence[RefMove]) -> bool:
    """Tell whether a killed git had left one of the refs locked; it is free now."""
    return bool(remove_stale(repository.common, _locks(repository, moves)))


def _command(move: RefMove) -> str:
    if move.new is None:
        return f"delete {move.name} {move.old or ZERO}"
    return f"update {move.name} {move.new} {move.old or ZERO}"
