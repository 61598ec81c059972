"""Checkouts that stand on a ref which is about to move.

A ref that moves under a checkout makes the next commit there undo what landed (tried). So
each is detached where it stands before the ref moves, files and index untouched. A clean one
is brought along afterwards and put back on its branch; from the others the landing stays away.

The same goes for the ledger, which every write moves: who is left behind there finds a mark.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from gitgt.errors import GtError
from gitgt.git import markers, reflog, refs, rehearsal, worktree
from gitgt.git.command import attempt, git
from gitgt.git.intent import Standing
from gitgt.git.repository import Repository
from gitgt.git.transaction import RefMove, move_refs

_QUIET: Final = ("-c", "core.hooksPath=/dev/null")
# Signs of something that a person has begun and not ended.
_BEGUN: Final = (
    "MERGE_HEAD",
    "CHERRY_PICK_HEAD",
    "REVERT_HEAD",
    "rebase-merge",
    "rebase-apply",
    "sequencer",
    "index.lock",
)


def move(repository: Repository, moves: Sequence[RefMove], *, why: str) -> None:
    """Make all *moves* or none, as ``move_refs`` does, and let no checkout fall behind.

    Raises:
        LedgerConflictError: a ref no longer stands at its old value.
    """
    moving = {each.name: each for each in moves if each.old is not None}
    if rehearsal.going() or not refs.are_stood_on(repository.common, moving):
        move_refs(repository, moves, why=why)
        return
    for name in moving:
        catch_up(repository, name)
    found = [(each, moving[each.branch]) for each in in_the_way(repository, moves)]
    for each, its in found:
        markers.mark_astray(each.git_dir)  # if we are killed here, its owner is told
        detach(each, its.old or "")
    try:
        move_refs(repository, moves, why=why)
    except GtError:
        for each, its in found:
            put_back(each, its.old or "")
        raise
    for each, its in found:
        bring_along(each, its)


def catch_up(repository: Repository, ref: str) -> None:
    """See to the checkouts on *ref* that fell behind: a program that is not ours moved it."""
    for git_dir in worktree.git_dirs(repository):
        moved = None if _is_busy(git_dir) else fell_behind(repository, git_dir, ref)
        if moved is not None:
            path = worktree.folder_of(git_dir)
            each = Standing(path, git_dir, ref, follows=False)
            markers.mark_astray(git_dir)
            detach(each, moved.old or "")
            bring_along(replace(each, follows=_can_follow(path, git_dir, moved)), moved)


def fell_behind(repository: Repository, git_dir: Path, ref: str) -> RefMove | None:
    """Return the way that *ref* went under the checkout that stands on it, if it did."""
    if worktree.head_of(git_dir) != ref:
        return None
    stood, head = reflog.stands_at(git_dir), repository.ref(ref)
    if stood is None or head is None or stood == head or not repository.has(stood):
        return None
    return RefMove(ref, stood, head) if repository.is_ancestor(stood, head) else None


def step_off(git_dir: Path, moved: RefMove) -> None:
    """Detach a checkout that fell behind where it stands, and mark it as such."""
    path = worktree.folder_of(git_dir)
    detach(Standing(path, git_dir, moved.name, follows=False), moved.old or "")
    markers.mark_astray(git_dir)


def _is_busy(git_dir: Path) -> bool:
    """Tell whether a git is at work in a checkout, and may be about to say where it stands."""
    locks = ("HEAD.lock", "index.lock")
    return any((git_dir / each).exists() for each in locks) or markers.is_committing(git_dir)


def bring_along(standing: Standing, moved: RefMove) -> None:
    """Bring a checkout that was detached along if it follows; else it stays astray."""
    if not (
        standing.follows and moved.old and moved.new and follow(standing, moved.old, moved.new)
    ):
        markers.mark_astray(standing.git_dir)


def in_the_way(repository: Repository, moves: Iterable[RefMove]) -> Iterator[Standing]:
    """Yield the checkouts that stand on a branch which *moves*."""
    moving = {move.name: move for move in moves if move.old is not None}
    if not any(name.startswith("refs/heads/") for name in moving):
        return
    for found in worktree.worktrees(repository):
        git_dir = _git_dir(repository, found.path)
        if git_dir is not None and found.branch in moving:
            move = moving[found.branch]
            yield Standing(
                found.path, git_dir, move.name, _can_follow(found.path, git_dir, move)
            )


def _git_dir(repository: Repository, path: Path) -> Path | None:
    """Return the git directory of a checkout, also if its folder is gone."""
    for pointer in (repository.common / "worktrees").glob("*/gitdir"):
        folder = pointer.parent / os.fsdecode(pointer.read_bytes().rstrip(b"\n"))
        if folder.parent.resolve() == path.resolve():
            return pointer.parent
    return refs.git_dir_of(path)


def _can_follow(path: Path, git_dir: Path, move: RefMove) -> bool:
    if not path.is_dir() or move.old is None or move.new is None:
        return False
    if any((git_dir / sign).exists() for sign in _BEGUN):
        return False
    status = ("--no-optional-locks", "status", "--porcelain", "--untracked-files=no")
    clean = attempt(*status, cwd=path)
    if not clean.ok or clean.stdout.strip():
        return False
    return attempt("read-tree", "-m", "-u", "-n", move.old, move.new, cwd=path).ok


def detach(standing: Standing, commit: str) -> None:
    """Take a checkout off its branch, at *commit*, and touch neither files nor index."""
    if worktree.head_of(standing.git_dir) != standing.branch:
        return
    why = f"gt: {standing.branch} is about to move"
    argv = (*_QUIET, f"--git-dir={standing.git_dir}", "update-ref", "--no-deref", "-m", why)
    git(*argv, "HEAD", commit, cwd=standing.git_dir)


def follow(standing: Standing, old: str, new: str) -> bool:
    """Bring a checkout that was detached at *old* along to *new*; tell whether that worked."""
    if not _is_detached_at(standing, old):
        return worktree.head_of(standing.git_dir) == standing.branch
    if not attempt(*_QUIET, "read-tree", "-m", "-u", old, new, cwd=standing.path).ok:
        return False
    attach(standing)
    return True


def put_back(standing: Standing, old: str) -> None:
    """Put a checkout back on its branch, which did not move after all."""
    if _is_detached_at(standing, old):
        attach(standing)


def attach(standing: Standing) -> None:
    """Put HEAD on the branch again; files and index are known to fit."""
    why = f"gt: back on {standing.branch}"
    argv = (*_QUIET, f"--git-dir={standing.git_dir}", "symbolic-ref", "-m", why)
    git(*argv, "HEAD", standing.branch, cwd=standing.git_dir)
    markers.forget_astray(standing.git_dir)


def _is_detached_at(standing: Standing, commit: str) -> bool:
    try:
        return (standing.git_dir / "HEAD").read_text().strip() == commit
    except OSError:
        return False
