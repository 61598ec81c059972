"""Refs of ours that the clones of a rig exchange: brought under names of their own.

What a remote had last stays in ``refs/gt/theirs/<remote>/``: so nothing that was brought is
lost before it is merged, and a second look costs no more than git's own asking.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from gitgt.git import remote
from gitgt.git.patient import PATIENCE, attempt_within
from gitgt.git.repository import Repository
from gitgt.git.transaction import RefMove, move_refs

_THEIRS: Final = "refs/gt/theirs/"
_OF_ALL: Final = "refs/gt/"
VERDICTS: Final = "verdicts"
RERERE: Final = "rerere"
PINS: Final = "pin/"
SESSIONS: Final = "sessions"
NOTES: Final = "notes/work"
TRANSCRIPTS: Final = "transcripts"  # only where the settings say so
LEASES: Final = "lease/"  # each moved by a push of its own: see remote_lease
_KINDS: Final = (VERDICTS, RERERE, PINS, SESSIONS, LEASES)
# git's own commands look for notes in one place only.
_ELSEWHERE: Final = {NOTES: "refs/notes/gt/work"}
WIP: Final = "wip/"
# What agents have committed and not handed in.
_BRANCHES: Final = ("polecat/", "crew/")


def fetch(repository: Repository, where: str, *more: str) -> dict[str, str]:
    """Bring what *where* has, and *more* kinds of it than the usual ones.

    Returns where each stands there, by its name below ``refs/gt/``.

    Raises:
        UnreachableError: *where* does not answer.
    """
    _bring(repository, where, patterns(where, *more))
    return had(repository, where)


def patterns(where: str, *more: str) -> list[str]:
    """Return what a fetch from *where* is told to bring all of it, and *more* kinds."""
    here = f"{_THEIRS}{where}/"
    # A pattern that nothing matches is no error; a name that is not there would be one.
    return [f"+{_ref(name)}*:{here}{name}*" for name in (*_KINDS, *_ELSEWHERE, *more)]


def had(repository: Repository, where: str) -> dict[str, str]:
    """Return where each stood when *where* was last asked, by its name below ``refs/gt/``."""
    here = f"{_THEIRS}{where}/"
    return {name.removeprefix(here): oid for name, oid in repository.refs(here).items()}


def fetch_work(repository: Repository, where: str) -> dict[str, str]:
    """Bring what is in work at *where*: the branches, and the snapshots, which are returned.

    Raises:
        UnreachableError: *where* does not answer.
    """
    here = f"{_THEIRS}{where}/{WIP}"
    branches = [f"+refs/heads/{name}*:{remote.tracking(where, name)}*" for name in _BRANCHES]
    # What was deleted there may be all that is left of a machine's work: it stays here.
    _bring(repository, where, [f"+{_OF_ALL}{WIP}*:{here}*", *branches], prune=False)
    return {name.removeprefix(here): oid for name, oid in repository.refs(here).items()}


def fetch_leases(repository: Repository, where: str, *, within: float) -> dict[str, str]:
    """Bring the leases of *where*; return the file of each, by its name.

    Raises:
        UnreachableError: *where* does not answer.
    """
    here = f"{_THEIRS}{where}/{LEASES}"
    _bring(repository, where, [f"+{_OF_ALL}{LEASES}*:{here}*"], within=within)
    return {name.removeprefix(here): oid for name, oid in repository.refs(here).items()}


def theirs(repository: Repository, where: str, name: str) -> str:
    """Return where *name*, below ``refs/gt/``, stood there last; empty if it was not there."""
    return repository.ref(f"{_THEIRS}{where}/{name}") or ""


def all_theirs(repository: Repository, where: str, below: str) -> dict[str, str]:
    """Return what stood there last *below* a name, by the names below ``refs/gt/``."""
    here = f"{_THEIRS}{where}/"
    found = repository.refs(f"{here}{below}")
    return {name.removeprefix(here): oid for name, oid in found.items()}


def note(repository: Repository, where: str, name: str, commit: str) -> None:
    """Remember that *name*, below ``refs/gt/``, stands at *commit* there."""
    ref = f"{_THEIRS}{where}/{name}"
    move_refs(repository, [RefMove(ref, repository.ref(ref), commit)], why="it arrived")


def _bring(
    repository: Repository,
    where: str,
    wanted: Sequence[str],
    *,
    within: float = PATIENCE,
    prune: bool = True,
) -> None:
    pruned = ("--prune",) if prune else ("--no-prune",)
    argv = (
        *remote.OURS, "fetch", "--quiet", "--no-tags", *pruned, "--no-auto-maintenance",
        "--no-write-fetch-head", "--no-recurse-submodules", where, *wanted,
    )  # fmt: skip
    outcome = attempt_within(within, *argv, cwd=repository.common)
    if not outcome.ok:
        raise remote.unreachable(repository, where, outcome)


def push(
    repository: Repository, where: str, tips: Mapping[str, str], before: Mapping[str, str]
) -> bool:
    """Bring *tips* there, by their names below ``refs/gt/``; tell if all arrived, not too late.

    What goes on from what was there is pushed plainly. Only a pin may be replaced, and what has
    no history: where it stood *before*, when we looked, or not at all.

    Raises:
        UnreachableError: *where* does not answer.
        RefusedError: it answers that it does not want one of them.
    """
    if not tips:
        return True
    leases = [
        f"--force-with-lease={_ref(name)}:{before.get(name, '')}"
        for name in tips
        if name.startswith(PINS) or name == TRANSCRIPTS
    ]
    moves = [f"{oid}:{_ref(name)}" for name, oid in tips.items()]
    argv = (*remote.OURS, "push", "--porcelain", *leases, where, *moves)
    outcome = attempt_within(PATIENCE, *argv, cwd=repository.common)
    return remote.is_taken(repository, where, "refs/gt/*", outcome)


def _ref(name: str) -> str:
    """Return the ref that is exchanged under *name*."""
    return _ELSEWHERE.get(name, f"{_OF_ALL}{name}")
