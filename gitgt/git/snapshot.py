"""Save what an agent has not committed, without touching its index, and bring it back.

A snapshot is a commit on ``refs/gt/wip/<address>`` made through a temporary index: its first
parent is what the agent stood on, the next one the snapshot before, so none gets lost. Its tree
is the worktree with untracked files and without ignored ones. It works in the middle of a
merge, and while the agent's own git holds the index.

Not saved, and told: repositories within the worktree, changes inside submodules, what cannot
be read. Not seen: edits that the agent hid with assume-unchanged or skip-worktree.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gitgt.errors import (
    GitFailedError,
    LedgerConflictError,
    NotFoundError,
    RefusedError,
)
from gitgt.git import refs
from gitgt.git.command import Outcome, attempt, git, line
from gitgt.git.repository import Repository
from gitgt.git.transaction import RefMove, move_refs
from gitgt.values import dataclass

WIP: Final = "refs/gt/wip/"
MEBIBYTE: Final = 1024 * 1024
# Nothing that a user's configuration says may change or stop a snapshot.
_PLAIN: Final = (
    "-c", "core.fsmonitor=false", "-c", "core.splitIndex=false",
    "-c", "advice.addEmbeddedRepo=false",
)  # fmt: skip
_TITLE: Final = "Work in progress of {who}"
_ON: Final = "Not committed on "
_DETACHED: Final = "a detached HEAD"
_ATTEMPTS: Final = 3
# With these git has written the index: all is in it, or all but what it complains of.
_WRITTEN: Final = (0, 1)


@dataclass(frozen=True, slots=True)
class Saved:
    """A worktree's snapshot: whether it was made just now, and what it could not take in.

    ``commit`` is empty where there was nothing else to take in.
    """

    commit: str
    is_new: bool
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """A snapshot that is there: whose it is, when it was made, and on which branch."""

    who: str
    commit: str
    at: int
    branch: str


@dataclass(frozen=True, slots=True)
class _State:
    """What git says of a worktree."""

    dirty: tuple[str, ...]
    repositories: tuple[str, ...]
    submodules: tuple[str, ...]


def snapshot(worktree: Path, who: str, *, limit: int = 100 * MEBIBYTE) -> Saved | None:
    """Save what *who* has not committed in *worktree*; None if there is nothing.

    Raises:
        RefusedError: it is more than *limit* bytes: a person must look.
        NotFoundError: *worktree* is no checkout.
    """
    state = _state(worktree)
    beside = (*state.repositories, *state.submodules)
    if not state.dirty:
        return Saved("", is_new=False, left_out=beside) if beside else None
    _refuse_too_much(worktree, state.dirty, limit)
    repository = Repository.at(worktree)
    with _temporary_index(worktree, repository) as index:
        unread = _add_all(worktree, index, state.repositories)
        tree = line("write-tree", cwd=worktree, env=index)
    left_out = (*beside, *unread)
    for _ in range(_ATTEMPTS):
        try:
            return _keep(worktree, repository, who, tree, left_out)
        except LedgerConflictError:
            continue  # somebody else saved it at the same time
    return _keep(worktree, repository, who, tree, left_out)


def tree_of(worktree: Path, *, limit: int = 100 * MEBIBYTE) -> tuple[str, tuple[str, ...]]:
    """Return the tree of all that *worktree* holds, and what could not be taken in.

    Nothing is changed, and no ref of ours keeps the tree.

    Raises:
        RefusedError: more than *limit* bytes are not committed.
        NotFoundError: *worktree* is no checkout.
    """
    state = _state(worktree)
    beside = (*state.repositories, *state.submodules)
    if not state.dirty:
        return line("rev-parse", "HEAD^{tree}", cwd=worktree), beside
    _refuse_too_much(worktree, state.dirty, limit)
    with _temporary_index(worktree, Repository.at(worktree)) as index:
        unread = _add_all(worktree, index, state.repositories)
        return line("write-tree", cwd=worktree, env=index), (*beside, *unread)


def is_saved(worktree: Path, commit: str) -> bool:
    """Tell whether a snapshot, or what *worktree* stands on, holds all that is there."""
    if not _state(worktree).dirty:
        return True
    try:
        tree, left_out = tree_of(worktree)
    except (RefusedError, GitFailedError):
        return False
    saved = attempt("rev-parse", "-q", "--verify", f"{commit}^{{tree}}", cwd=worktree)
    return not left_out and saved.stdout.decode().strip() == tree


def snapshots(repository: Repository) -> list[Kept]:
    """Return the last snapshot of everybody, the newest first."""
    found = (
        next(history(repository, ref.removeprefix(WIP)), None) for ref in repository.refs(WIP)
    )
    return sorted((each for each in found if each), key=lambda each: (-each.at, each.who))


def history(repository: Repository, who: str) -> Iterator[Kept]:
    """Yield the snapshots of *who*, the newest first."""
    commit = repository.ref(f"{WIP}{who}")
    while commit is not None:
        message = repository.message_of(commit)
        if not message.startswith(_TITLE.format(who=who)):
            return  # what the first one stood on
        on = message.rpartition(_ON)[2].strip().removesuffix(".")
        at = repository.committed(commit)[0].seconds
        yield Kept(who, commit, at, "" if on == _DETACHED else on)
        commit = next(reversed(repository.parents_of(commit)), None)


def restore(worktree: Path, commit: str) -> None:
    """Bring the files of a snapshot back into a clean *worktree*, as changes not committed.

    Where the worktree has moved on meanwhile, they are merged into what is there.

    Raises:
        RefusedError: something would be lost, or the two do not merge.
    """
    if _state(worktree).dirty:
        raise RefusedError(
            f"{worktree} has changes that are not committed", hint="commit them first"
        )
    head = line("rev-parse", "HEAD", cwd=worktree)
    tree = _onto(worktree, head, commit)
    in_the_way = [path for path in _added(worktree, head, tree) if _exists(worktree / path)]
    if in_the_way:
        raise RefusedError(f"{worktree}/{in_the_way[0]} is in the way", hint="move it away")
    if git("ls-tree", tree, cwd=worktree):
        git("restore", f"--source={tree}", "--worktree", "--", ":/", cwd=worktree)


def branch(repository: Repository, name: str, commit: str) -> None:
    """Let a new branch *name* begin at a snapshot, wherever its worktree went.

    Raises:
        RefusedError: there is such a branch, or it cannot be called that.
    """
    ref = f"refs/heads/{name}"
    if not attempt("check-ref-format", "--branch", name, cwd=repository.common).ok:
        raise RefusedError(f"a branch cannot be called {name!r}")
    if repository.ref(ref) is not None:
        raise RefusedError(f"there is a branch {name} already", hint="take another name")
    move_refs(repository, [RefMove(ref, None, commit)], why=f"recover {commit[:12]}")


def _state(worktree: Path) -> _State:
    """Ask git what is changed, untracked, or a repository of its own in *worktree*."""
    if refs.git_dir_of(worktree) is None:
        raise NotFoundError(f"{worktree} is no checkout")
    answer = git(
        *_PLAIN, "--no-optional-locks", "status", "--porcelain=v2", "-z", "--no-renames",
        "--untracked-files=all", "--ignore-submodules=none", cwd=worktree,
    )  # fmt: skip
    dirty: list[str] = []
    repositories: list[str] = []
    submodules: list[str] = []
    for row in os.fsdecode(answer).split("\0"):
        match row[:1]:
            case "?" if row.endswith("/"):
                repositories.append(row[2:-1])
            case "?":
                dirty.append(row[2:])
            case "1":
                _, _, submodule, *_, path = row.split(" ", 8)
                dirty.append(path)
                if submodule[2:] not in ("..", ""):
                    submodules.append(path)
            case "u":
                dirty.append(row.split(" ", 10)[10])
            case _:
                pass
    return _State(tuple(dirty), tuple(repositories), tuple(submodules))


def _refuse_too_much(worktree: Path, paths: Sequence[str], limit: int) -> None:
    total = 0
    for path in paths:
        with contextlib.suppress(OSError):
            total += (worktree / path).lstat().st_size
    if total > limit:
        raise RefusedError(
            f"{worktree} holds {total // MEBIBYTE} MiB that are not committed",
            hint="let git ignore what is no work, or commit it",
        )


@contextmanager
def _temporary_index(worktree: Path, repository: Repository) -> Iterator[dict[str, str]]:
    """Make a copy of the worktree's index, and yield the environment that lets git use it."""
    git_dir = refs.git_dir_of(worktree)
    assert git_dir is not None
    repository.gt.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=repository.gt, prefix="wip-") as folder:
        copy = Path(folder) / "index"
        with contextlib.suppress(FileNotFoundError):
            # The copy keeps its time: with a later one git would take files for clean that
            # were changed within the same tick as the index was written.
            shutil.copy2(git_dir / "index", copy)
        yield {"GIT_INDEX_FILE": str(copy)}


def _add_all(worktree: Path, index: dict[str, str], but: Sequence[str]) -> tuple[str, ...]:
    """Add the whole worktree to the index, and return what git could not read.

    git gives up altogether when a file vanishes under its hands: then it is asked again.

    Raises:
        GitFailedError: it gave up each time, so the index holds nothing of it.
    """
    paths = [":(top)", *(f":(top,exclude,literal){path}" for path in but)]
    argv = (
        *_PLAIN, "add", "--all", "--sparse", "--ignore-errors",
        "--pathspec-from-file=-", "--pathspec-file-nul",
    )  # fmt: skip
    stdin = os.fsencode("\0".join(paths))
    outcome = attempt(*argv, cwd=worktree, env=index, stdin=stdin)
    for _ in range(_ATTEMPTS):
        if outcome.code in _WRITTEN:
            return () if outcome.ok else _complaints(outcome)
        outcome = attempt(*argv, cwd=worktree, env=index, stdin=stdin)
    raise GitFailedError(argv, outcome.code, outcome.stderr)


def _complaints(outcome: Outcome) -> tuple[str, ...]:
    return tuple(row for row in outcome.stderr.splitlines() if row.startswith("error:"))


def _keep(
    worktree: Path, repository: Repository, who: str, tree: str, left_out: tuple[str, ...]
) -> Saved | None:
    """Let the snapshot ref of *who* stand for *tree*."""
    head = (
        attempt("rev-parse", "-q", "--verify", "HEAD^{commit}", cwd=worktree)
        .stdout.decode()
        .strip()
    )
    if head and line("rev-parse", f"{head}^{{tree}}", cwd=worktree) == tree:
        return Saved("", is_new=False, left_out=left_out) if left_out else None
    ref = f"{WIP}{who}"
    before = repository.ref(ref)
    if before is not None and _is_same(worktree, before, tree, head):
        return Saved(before, is_new=False, left_out=left_out)
    commit = _commit(worktree, who, tree, [each for each in (head, before) if each])
    move_refs(repository, [RefMove(ref, before, commit)], why=f"save the work of {who}")
    return Saved(commit, is_new=True, left_out=left_out)


def _is_same(worktree: Path, before: str, tree: str, head: str) -> bool:
    """Tell whether the snapshot *before* holds the same tree on the same commit."""
    facts = line("rev-parse", f"{before}^{{tree}}", f"{before}^@", cwd=worktree).split()
    return facts[0] == tree and (not head or head in facts[1:2])


def _commit(worktree: Path, who: str, tree: str, parents: Sequence[str]) -> str:
    email = f"{who.replace('/', '.')}@gitgt.invalid"
    names = {
        "GIT_AUTHOR_NAME": who, "GIT_AUTHOR_EMAIL": email,
        "GIT_COMMITTER_NAME": who, "GIT_COMMITTER_EMAIL": email,
    }  # fmt: skip
    on = attempt("symbolic-ref", "-q", "--short", "HEAD", cwd=worktree).stdout.decode().strip()
    message = f"{_TITLE.format(who=who)}\n\n{_ON}{on or _DETACHED}.\n"
    flags = [word for parent in parents for word in ("-p", parent)]
    return line("commit-tree", tree, *flags, "-m", message, cwd=worktree, env=names)


def _onto(worktree: Path, head: str, commit: str) -> str:
    """Return the tree of a snapshot, merged with *head* if that is not what it stands on."""
    base = (
        attempt("rev-parse", "-q", "--verify", f"{commit}^1", cwd=worktree)
        .stdout.decode()
        .strip()
    )
    if base == head:
        return line("rev-parse", f"{commit}^{{tree}}", cwd=worktree)
    merged = attempt("merge-tree", "--write-tree", "--name-only", head, commit, cwd=worktree)
    rows = os.fsdecode(merged.stdout).splitlines()
    if not merged.ok:
        what = (
            f"{rows[1]} has changed since" if len(rows) > 1 else "they have no common history"
        )
        raise RefusedError(
            f"snapshot {commit[:12]} does not merge into {worktree}: {what}",
            hint="recover it into a branch of its own",
        )
    return rows[0]


def _added(worktree: Path, head: str, tree: str) -> list[str]:
    answer = git(
        "diff-tree", "-r", "-z", "--name-only", "--no-renames", "--diff-filter=A", head, tree,
        cwd=worktree,
    )  # fmt: skip
    return [path for path in os.fsdecode(answer).split("\0") if path]


def _exists(path: Path) -> bool:
    return path.exists() or path.is_symlink()
