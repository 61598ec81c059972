"""Detached worktrees in which gates run: reused, and always exactly the tree under test.

Whatever lies in a slot came from a commit or from a gate, so it may be thrown away.
"""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from gitgt.errors import EnvironmentProblemError
from gitgt.git import refs
from gitgt.git.command import attempt, git
from gitgt.git.repository import Repository

# What would make a checkout differ from the tree, or hide that it does. Filters (LFS) stay.
_EXACT: Final = (
    "core.hooksPath=/dev/null",
    "advice.detachedHead=false",
    "core.autocrlf=false",
    "core.fsmonitor=false",
    "core.sparseCheckout=false",
    "core.fileMode=true",
    "core.symlinks=true",
    "submodule.recurse=false",
)
_OPTIONS: Final = tuple(word for each in _EXACT for word in ("-c", each))


def prepare(repository: Repository, path: Path, commit: str, keep: Sequence[str]) -> None:
    """Put the worktree at *path* on *commit*, with nothing else in it but what is to be kept.

    Switching costs a tenth of a new checkout, so a slot is made anew only when it is broken.

    Raises:
        EnvironmentProblemError: this disk cannot hold the tree as it is.
    """
    if _is_ours(repository, path) and _switched(path, commit, keep):
        return
    discard(repository, path)
    path.parent.mkdir(parents=True, exist_ok=True)
    argv = (*_OPTIONS, "worktree", "add", "--quiet", "--force", "--detach", str(path), commit)
    git(*argv, cwd=repository.common)
    if is_tampered(path, commit):
        raise EnvironmentProblemError(
            f"{path} does not hold {commit[:12]} as it is",
            hint="does the disk tell upper from lower case, and keep modes and symlinks?",
        )


def _is_ours(repository: Repository, path: Path) -> bool:
    git_dir = refs.git_dir_of(path)
    return git_dir is not None and refs.common_dir(git_dir).samefile(repository.common)


def _switched(path: Path, commit: str, keep: Sequence[str]) -> bool:
    kept = [word for each in keep for word in ("-e", each)]
    return (
        attempt(*_OPTIONS, "checkout", "--quiet", "--detach", "--force", commit, cwd=path).ok
        and attempt(*_OPTIONS, "clean", "--quiet", "-ffdx", *kept, cwd=path).ok
        and not is_tampered(path, commit)
    )


def is_tampered(path: Path, commit: str) -> bool:
    """Tell whether tracked files, the index or HEAD are no longer what *commit* has."""
    head = attempt("rev-parse", "--verify", "HEAD", cwd=path)
    if head.stdout.decode(errors="replace").strip() != commit or _hides_something(path):
        return True
    if attempt(*_OPTIONS, "diff-index", "--quiet", "HEAD", "--", cwd=path).ok:
        return False
    # A file that was only touched looks changed until the index is told.
    attempt(*_OPTIONS, "update-index", "-q", "--refresh", cwd=path)
    return not attempt(*_OPTIONS, "diff-index", "--quiet", "HEAD", "--", cwd=path).ok


def _hides_something(path: Path) -> bool:
    """Tell whether the index claims not to look at a file, so that a change would not show."""
    listed = attempt("ls-files", "-v", "-z", cwd=path)
    return not listed.ok or any(row[:1] != b"H" for row in listed.stdout.split(b"\0") if row)


def discard(repository: Repository, path: Path) -> None:
    """Remove a slot."""
    remove(path)
    git("worktree", "prune", "--expire=now", cwd=repository.common)


def remove(path: Path) -> None:
    """Remove a folder that a gate wrote, also where it left folders that may not be changed."""

    def unlock(call: Callable[..., Any], name: str, _: object) -> None:
        Path(name).parent.chmod(stat.S_IRWXU)
        if Path(name).is_dir() and not Path(name).is_symlink():
            Path(name).chmod(stat.S_IRWXU)
        call(name)

    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path, onerror=unlock)
