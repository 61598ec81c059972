"""What lands elsewhere is here as soon as the ledger says that it has landed.

Whoever begins on a bead has then what those that it waited for have brought, whichever town
landed them. Only what is plain is done: a target that was rewound or has parted is left to the
refinery, which asks a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from gitgt.errors import LedgerConflictError
from gitgt.git import landing, remote
from gitgt.git import standing as checkouts
from gitgt.git.repository import Repository
from gitgt.git.transaction import RefMove, move_refs
from gitgt.model.upstream import Course, Upstream
from gitgt.services.town import Rig

# Where a remote's target stood when we last looked, and took it for right.
_SEEN: Final = "refs/gt/seen/"


def seen(where: str, branch: str) -> str:
    """Return the ref that says where *branch* of *where* stood last."""
    return f"{_SEEN}{where}/{branch}"


def targets(repository: Repository, rig: Rig | None, where: str) -> tuple[str, ...]:
    """Return the branches on which work lands at *where*, as far as is known here."""
    if rig is None:
        return ()
    below = seen(where, "")
    known = {each.removeprefix(below) for each in repository.refs(below)}
    return tuple(sorted({rig.branch, *known}))


def follow(repository: Repository, where: str, branches: Iterable[str]) -> None:
    """Bring each of *branches* to where a fetch has just found it, if nothing is against it."""
    for branch in branches:
        move = _due(repository, where, branch)
        if move is not None and not _is_in_use(repository, move):
            with suppress(LedgerConflictError):  # somebody landed at this moment
                landing.land(repository, [move], f"follow {where}")
                note(repository, where, branch, move.new)


def note(repository: Repository, where: str, branch: str, now: str | None) -> None:
    """Note that *branch* of *where* stands at *now*: what is taken back there then shows.

    Raises:
        LedgerConflictError: somebody else noted something at this moment.
    """
    ref = seen(where, branch)
    known = repository.ref(ref)
    if now is not None and known != now:
        move_refs(repository, [RefMove(ref, known, now)], why="seen")


def _due(repository: Repository, where: str, branch: str) -> RefMove | None:
    """Return how our *branch* goes on to where the remote's stands; None if it does not."""
    ref = f"refs/heads/{branch}"
    here, now = repository.ref(ref), repository.ref(remote.tracking(where, branch))
    if here is None or now is None:
        return None
    course = Upstream(here, repository.ref(seen(where, branch)), now).course(
        lambda one, other: repository.is_ancestor(other, one)
    )
    return RefMove(ref, here, now) if course is Course.FOLLOW else None


def _is_in_use(repository: Repository, move: RefMove) -> bool:
    """Tell whether a landing is under way, or a checkout could not go along: then it waits."""
    if move.name in landing.published(repository):
        return True
    return not all(each.follows for each in checkouts.in_the_way(repository, [move]))
