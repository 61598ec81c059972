"""Folders in which gates run: reused, and always exactly the tree under test.

Whatever lies in a slot came from a commit or from a gate, so it may be thrown away. We look at
it through an index of our own, which lies with the rig's repository; what a gate finds as
``.git`` is a repository of its own (``lent``), so nothing that it does to that is ever read
by a git of ours, and nothing of the rig's can be reached through it.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from gitgt.errors import EnvironmentProblemError
from gitgt.git import lent
from gitgt.git.command import Outcome, attempt, git
from gitgt.git.repository import Repository

# What would make a checkout differ from the tree, or hide that it does. Filters (LFS) stay.
_EXACT: Final = (
    "core.hooksPath=/dev/null",
    "core.autocrlf=false",
    "core.fsmonitor=false",
    "core.untrackedCache=false",
    "core.sparseCheckout=false",
    "core.splitIndex=false",
    "core.fileMode=true",
    "core.symlinks=true",
    "core.trustctime=true",
    "core.checkStat=default",
    "submodule.recurse=false",
)
_OPTIONS: Final = tuple(word for each in _EXACT for word in ("-c", each))


def prepare(
    repository: Repository, path: Path, commit: str, keep: Sequence[str],
    refs: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    """Put *commit* into the folder *path*, and nothing else but what is to be kept.

    A gate finds it as a repository that stands on *commit* and has *refs*. Switching costs a
    tenth of a new checkout, so a slot is made anew only when it is broken.

    Raises:
        EnvironmentProblemError: this disk cannot hold the tree as it is.
    """
    if not (_is_whole(repository, path) and _switched(repository, path, commit, keep)):
        discard(repository, path)
        path.mkdir(parents=True)
        _index(repository, path).parent.mkdir(parents=True, exist_ok=True)
        _ask(repository, path, "read-tree", "--reset", "-u", commit, must=True)
        if _differs(repository, path, commit):
            raise EnvironmentProblemError(
                f"{path} does not hold {commit[:12]} as it is",
                hint="does the disk tell upper from lower case, and keep modes and symlinks?",
            )
    lent.lend(repository, path, commit, refs or {}, index=_index(repository, path))


def is_tampered(repository: Repository, path: Path, commit: str) -> bool:
    """Tell whether files are no longer what *commit* has, or the gate's git says otherwise.

    Who moved its HEAD, or took a file out of its index, may have tested something else.
    """
    return (
        not _is_whole(repository, path)
        or not lent.stands_on(repository, path, commit)
        or _differs(repository, path, commit)
    )


def discard(repository: Repository, path: Path) -> None:
    """Remove a slot."""
    had_a_worktree = (path / ".git").is_file()  # as slots were made once
    remove(path)
    remove(_index(repository, path).parent)
    if had_a_worktree:
        git("worktree", "prune", "--expire=now", cwd=repository.common)


def remove(path: Path) -> None:
    """Remove a folder that a gate wrote, also where it left folders that may not be changed."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        _unlock(path)
        shutil.rmtree(path)


def _unlock(folder: Path) -> None:
    """Let us look into *folder* and change it, and all that is in it."""
    folder.chmod(stat.S_IRWXU)
    for place, folders, _ in os.walk(folder):
        for name in folders:
            below = Path(place, name)
            if not below.is_symlink():
                below.chmod(stat.S_IRWXU)


def _index(repository: Repository, path: Path) -> Path:
    return repository.gt / "slots" / path.name / "index"


def _is_whole(repository: Repository, path: Path) -> bool:
    """Tell whether the folder is one that we filled, and not a way to some other."""
    return path.is_dir() and not path.is_symlink() and _index(repository, path).exists()


def _switched(repository: Repository, path: Path, commit: str, keep: Sequence[str]) -> bool:
    kept = [word for each in keep for word in ("-e", each)]
    remove(path / ".git")
    return (
        _ask(repository, path, "read-tree", "--reset", "-u", commit).ok
        and _ask(repository, path, "clean", "--quiet", "-ffdx", *kept).ok
        and not _differs(repository, path, commit)
    )


def _differs(repository: Repository, path: Path, commit: str) -> bool:
    """Tell whether tracked files are no longer what *commit* has."""
    argv = ("diff-index", "--quiet", "--ignore-submodules=all", commit, "--")
    if _ask(repository, path, *argv).ok:
        return False
    # A file that was only touched looks changed until the index is told.
    _ask(repository, path, "update-index", "-q", "--refresh")
    return not _ask(repository, path, *argv).ok


def _ask(repository: Repository, path: Path, *argv: str, must: bool = False) -> Outcome:
    """Run git on the slot, through our own index."""
    env = {
        "GIT_DIR": str(repository.common),
        "GIT_WORK_TREE": str(path),
        "GIT_INDEX_FILE": str(_index(repository, path)),
    }
    run = attempt(*_OPTIONS, *argv, cwd=repository.common, env=env)
    if must and not run.ok:
        raise EnvironmentProblemError(f"{path} cannot be filled: {run.stderr.strip()[-200:]}")
    return run
