"""Refs of ours beside the ledger: each a tree of small files, moved by compare-and-swap."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from gitgt.errors import LedgerConflictError, RefusedError
from gitgt.git.repository import Repository
from gitgt.git.transaction import RefMove, move_refs

_ATTEMPTS: Final = 200
Decide = Callable[[str | None], str | None]


def move(
    repository: Repository, ref: str, decide: Decide, *,
    why: str, what: str, logged: bool = True,
) -> str | None:  # fmt: skip
    """Let *decide* say where *ref* is to stand, until nobody was faster; return where it does.

    It is told where the ref stands, None if nowhere, and answers None if that is to stay.
    *why* is for the reflog, if the move is *logged*; *what* is what lies there.

    Raises:
        LedgerConflictError: others were faster again and again.
    """
    for _ in range(_ATTEMPTS):
        head = repository.ref(ref)
        new = decide(head)
        if new is None or new == head:
            return head
        try:
            move_refs(repository, [RefMove(ref, head, new)], why=why, logged=logged)
        except LedgerConflictError:
            continue
        return new
    raise LedgerConflictError(f"{what} moved on again and again", hint="git gt tick")


def meet(
    repository: Repository, ref: str, theirs: str | None,
    join: Callable[[Repository, str, str], str], *, what: str,
) -> str | None:  # fmt: skip
    """Take in what another clone has at *ref*; return where ours stands then, if at all.

    Raises:
        RefusedError: what they have there is nothing of the kind.
        LedgerConflictError: others were faster again and again.
    """
    if theirs is not None and not repository.is_commit(theirs):
        raise RefusedError(f"{what} of others are none: {ref} is no commit there")

    def decide(ours: str | None) -> str | None:
        if theirs is None or ours is None:
            return theirs
        return join(repository, ours, theirs)

    return move(repository, ref, decide, why="meet a clone's", what=what)


def joined(
    repository: Repository, ours: str, theirs: str, make: Callable[[str, str], str]
) -> str:
    """Return a commit that has what both have: one of them, or what *make* makes of the pair.

    It is handed the pair in an order of its own, so two clones make the same of it.
    """
    if repository.is_ancestor(theirs, ours):
        return ours
    if repository.is_ancestor(ours, theirs):
        return theirs
    one, two = sorted((ours, theirs))
    return make(one, two)
