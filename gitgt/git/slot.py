"""Folders in which gates run: reused, and always exactly the tree under test.

Whatever lies in a slot came from a commit or from a gate, so it may be thrown away. We look at
it through an index of our own, which lies with the rig's repository; what a gate finds as
``.git`` is a repository of its own (``lent``), so nothing that it does to that is ever read
by a git of ours, and nothing of the rig's can be reached through it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Self

from gitgt.errors import EnvironmentProblemError
from gitgt.git import lent
from gitgt.git.command import Outcome, attempt, git
from gitgt.git.modules import Module, modules
from gitgt.git.repository import Repository
from gitgt.values import dataclass

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
_MODULES: Final = "modules"
_OPTIONS: Final = tuple(word for each in _EXACT for word in ("-c", each))


@dataclass(frozen=True, slots=True)
class Slot:
    """The folder *path*, which is filled from *repository* through the index *index*."""

    repository: Repository
    path: Path
    index: Path

    @classmethod
    def at(cls, repository: Repository, path: Path) -> Self:
        """Return the slot of a rig that lies at *path*."""
        return cls(repository, path, repository.gt / "slots" / path.name / "index")

    def below(self, module: Module) -> Self:
        """Return the part of a slot that is a submodule."""
        name = hashlib.sha256(os.fsencode(module.path)).hexdigest()[:16]
        index = self.index.parent / _MODULES / name
        return type(self)(Repository(module.mirror), self.path / module.path, index)


def prepare(
    repository: Repository, path: Path, commit: str, keep: Sequence[str] = (),
    refs: Mapping[str, str] | None = None, *, submodules: bool = False,
) -> None:  # fmt: skip
    """Put *commit* into the folder *path*, and nothing else but what is to be kept.

    A gate finds it as a repository that stands on *commit* and has *refs*. Switching costs a
    tenth of a new checkout, so a slot is made anew only when it is broken.

    Raises:
        EnvironmentProblemError: this disk cannot hold the tree as it is, or a submodule
            cannot be had.
    """
    slot = Slot.at(repository, path)
    wanted = [*modules(repository, commit)] if submodules else []
    if not submodules and (slot.index.parent / _MODULES).exists():
        discard(repository, path)  # what lies in its submodules would be left where it is
    _fill(slot, commit, keep, refs or {})
    for each in wanted:
        part = slot.below(each)
        if part.path.resolve() != slot.path.resolve() / each.path:  # what was kept is a link
            discard(repository, path)
            raise EnvironmentProblemError(f"{part.path} leads out of its slot")
        _fill(part, each.commit, (), {})


def _fill(slot: Slot, commit: str, keep: Sequence[str], refs: Mapping[str, str]) -> None:
    if not (_is_whole(slot) and _switched(slot, commit, keep)):
        _empty(slot)
        slot.path.mkdir(parents=True)
        slot.index.parent.mkdir(parents=True, exist_ok=True)
        _ask(slot, "read-tree", "--reset", "-u", commit, must=True)
        if _differs(slot, commit):
            raise EnvironmentProblemError(
                f"{slot.path} does not hold {commit[:12]} as it is",
                hint="does the disk tell upper from lower case, and keep modes and symlinks?",
            )
    lent.lend(slot.repository, slot.path, commit, refs, index=slot.index)


def is_tampered(
    repository: Repository, path: Path, commit: str, *, submodules: bool = False
) -> bool:  # fmt: skip
    """Tell whether files are no longer what *commit* has, or the gate's git says otherwise.

    Who moved its HEAD, or took a file out of its index, may have tested something else.
    """
    slot = Slot.at(repository, path)
    parts = [(slot, commit)]
    if submodules:
        parts += [(slot.below(each), each.commit) for each in modules(repository, commit)]
    return any(_is_changed(part, at) for part, at in parts)


def _is_changed(slot: Slot, commit: str) -> bool:
    return (
        not _is_whole(slot)
        or not lent.stands_on(slot.repository, slot.path, commit)
        or _differs(slot, commit)
    )


def discard(repository: Repository, path: Path) -> None:
    """Remove a slot."""
    had_a_worktree = (path / ".git").is_file()  # as slots were made once
    remove(path)
    remove(Slot.at(repository, path).index.parent)
    if had_a_worktree:
        git("worktree", "prune", "--expire=now", cwd=repository.common)


def _empty(slot: Slot) -> None:
    if slot.index.parent.name == _MODULES:
        remove(slot.path)
        slot.index.unlink(missing_ok=True)
    else:
        discard(slot.repository, slot.path)


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


def _is_whole(slot: Slot) -> bool:
    """Tell whether the folder is one that we filled, and not a way to some other."""
    return slot.path.is_dir() and not slot.path.is_symlink() and slot.index.exists()


def _switched(slot: Slot, commit: str, keep: Sequence[str]) -> bool:
    kept = [word for each in keep for word in ("-e", each)]
    remove(slot.path / ".git")
    return (
        _ask(slot, "read-tree", "--reset", "-u", commit).ok
        and _ask(slot, "clean", "--quiet", "-ffdx", *kept).ok
        and not _differs(slot, commit)
    )


def _differs(slot: Slot, commit: str) -> bool:
    """Tell whether tracked files are no longer what *commit* has."""
    argv = ("diff-index", "--quiet", "--ignore-submodules=all", commit, "--")
    if _ask(slot, *argv).ok:
        return False
    # A file that was only touched looks changed until the index is told.
    _ask(slot, "update-index", "-q", "--refresh")
    return not _ask(slot, *argv).ok


def _ask(slot: Slot, *argv: str, must: bool = False) -> Outcome:
    """Run git on the slot, through our own index."""
    env = {
        "GIT_DIR": str(slot.repository.common),
        "GIT_WORK_TREE": str(slot.path),
        "GIT_INDEX_FILE": str(slot.index),
    }
    run = attempt(*_OPTIONS, *argv, cwd=slot.repository.common, env=env)
    if must and not run.ok:
        raise EnvironmentProblemError(
            f"{slot.path} cannot be filled: {run.stderr.strip()[-200:]}"
        )
    return run
