"""Worktrees of a shared repository.

pygit2 runs no hooks and knows no repair, so all of this goes through the git program. Paths
may hold anything but a line end.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gitgt.errors import RefusedError
from gitgt.git import refs
from gitgt.git.command import attempt, git, line
from gitgt.git.locks import lock_of, remove_stale
from gitgt.git.repository import Repository
from gitgt.values import dataclass

# The reason for which git locks a checkout until it is made.
_INITIALIZING: Final = "initializing"
_QUIET = ("-c", "core.hooksPath=/dev/null", "-c", "advice.detachedHead=false")


@dataclass(frozen=True, slots=True)
class Worktree:
    """A checkout: where it is, and the branch (a full ref) or bare commit it stands on."""

    path: Path
    head: str
    branch: str | None

    @property
    def git_dir(self) -> Path | None:
        """Its own git directory; None when the folder is gone."""
        return refs.git_dir_of(self.path)


def worktrees(repository: Repository) -> list[Worktree]:
    """Return the checkouts of *repository*, also those whose folder is gone."""
    answer = git("worktree", "list", "--porcelain", "-z", cwd=repository.common)
    return [found for block in answer.split(b"\0\0") if (found := _parse(block)) is not None]


def _parse(block: bytes) -> Worktree | None:
    rows = [row.decode(errors="surrogateescape") for row in block.split(b"\0") if row]
    if not rows or "bare" in rows:
        return None
    facts = {key: value for key, _, value in (row.partition(" ") for row in rows)}
    return Worktree(Path(facts["worktree"]), facts.get("HEAD", ""), facts.get("branch"))


def standing(repository: Repository, prefix: str) -> Iterator[tuple[str, Path, Path]]:
    """Yield branch, git directory and folder of each checkout on a branch below *prefix*.

    Reads files only: the watcher asks this for every commit, and starts no process for it.
    """
    for git_dir in git_dirs(repository):
        branch = head_of(git_dir)
        if branch is not None and branch.startswith(prefix):
            path = folder_of(git_dir)
            if path.is_dir():
                yield branch, git_dir, path


def git_dirs(repository: Repository) -> list[Path]:
    """Return the git directories of all checkouts, also of those whose folder is gone."""
    return refs.git_dirs(repository.common)


def folder_of(git_dir: Path) -> Path:
    """Return the folder of the checkout with *git_dir*, be it there or gone."""
    if git_dir.name == ".git":
        return git_dir.parent
    return (git_dir / os.fsdecode((git_dir / "gitdir").read_bytes().rstrip(b"\n"))).parent


def head_of(git_dir: Path) -> str | None:
    """Return the branch (a full ref) that a worktree stands on; None when detached."""
    return refs.head_of(git_dir)


def commit_of(repository: Repository, git_dir: Path) -> str | None:
    """Return the commit that a worktree stands on, by its branch or detached."""
    branch = head_of(git_dir)
    return repository.ref(branch) if branch else (git_dir / "HEAD").read_text().strip()


def add(repository: Repository, path: Path, *, branch: str, start: str) -> Path:
    """Make a checkout at *path* on *branch*, which begins at *start* if it is new.

    A folder that git registered and somebody deleted is made again; one that is there and is
    no checkout is not touched. Returns the checkout's git directory.

    Raises:
        RefusedError: something else lies at *path*.
    """
    mend(repository, path)
    if path.exists() and any(path.iterdir()) and refs.git_dir_of(path) is None:
        raise RefusedError(f"{path} is there and is no checkout", hint=f"move {path} away")
    git("worktree", "prune", cwd=repository.common)
    ref = f"refs/heads/{branch}"
    known = repository.ref(ref) is not None
    how = (str(path), branch) if known else ("-b", branch, str(path), start)
    path.parent.mkdir(parents=True, exist_ok=True)
    git(
        *_QUIET,
        "worktree",
        "add",
        "--quiet",
        *(() if known else ("--no-track",)),
        *how,
        cwd=repository.common,
    )
    found = refs.git_dir_of(path)
    assert found is not None
    return found


def mend(repository: Repository, path: Path) -> bool:
    """Remove what a killed git left of a checkout at *path*; tell whether there was anything.

    git locks a checkout while it makes it, so nobody has worked in one that still is locked so.
    """
    mended = False
    for pointer in (repository.common / "worktrees").glob("*/gitdir"):
        if Path(pointer.read_text().strip()).parent.resolve() != path.resolve():
            continue
        git_dir = pointer.parent
        locks = [git_dir / "index.lock", git_dir / "HEAD.lock"]
        branch = head_of(git_dir)
        if branch is not None:
            locks.append(lock_of(repository.common, branch))
        mended |= bool(remove_stale(repository.common, locks))
        if _is_being_made(git_dir):
            shutil.rmtree(path, ignore_errors=True)
            shutil.rmtree(git_dir)
            mended = True
    return mended


def is_half_made(path: Path) -> bool:
    """Tell whether git is at making the checkout at *path*, or was killed while it did."""
    git_dir = refs.git_dir_of(path)
    return git_dir is not None and _is_being_made(git_dir)


def _is_being_made(git_dir: Path) -> bool:
    try:
        return (git_dir / "locked").read_text().strip() == _INITIALIZING
    except FileNotFoundError:
        return False


def switch(path: Path, *, branch: str, start: str) -> None:
    """Put the clean checkout at *path* on *branch*, begun at *start* if it is new."""
    known = attempt("rev-parse", "-q", "--verify", f"refs/heads/{branch}", cwd=path).ok
    how = (branch,) if known else ("--no-track", "-c", branch, start)
    git(*_QUIET, "switch", "--quiet", *how, cwd=path)


def is_clean(path: Path) -> bool:
    """Tell whether all in a checkout is committed; ignored files don't count."""
    argv = ("--no-optional-locks", "status", "--porcelain", "--untracked-files=normal")
    return not git(*argv, cwd=path).strip()


def unmerged(path: Path) -> list[str]:
    """Return the paths of a checkout that hold both sides of a conflict."""
    answer = git("diff", "--name-only", "--diff-filter=U", "--no-relative", "-z", cwd=path)
    return sorted({os.fsdecode(each) for each in answer.split(b"\0") if each})


def tip(path: Path) -> str:
    """Return the commit that a checkout stands on."""
    return line("rev-parse", "--verify", "HEAD", cwd=path)


def remove(repository: Repository, path: Path) -> None:
    """Remove a checkout whose content is known to be reachable from a ref of ours."""
    git("worktree", "remove", "--force", str(path), cwd=repository.common)
    if path.exists():
        shutil.rmtree(path)


def head_of_path(path: Path) -> str | None:
    """Return the branch (a full ref) that the checkout at *path* stands on."""
    git_dir = refs.git_dir_of(path)
    return None if git_dir is None else head_of(git_dir)
