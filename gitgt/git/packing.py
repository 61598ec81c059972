"""Pack what lies about in a repository, and let go of what nobody has needed for two weeks.

Whatever a ref, a reflog, an index or the trash holds stays; so does all that is younger: a
process may just be at writing what it will point to.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gitgt.errors import EnvironmentProblemError
from gitgt.git.patient import attempt_within
from gitgt.git.repository import Repository
from gitgt.values import dataclass

_KEPT: Final = "2.weeks.ago"
# Objects are spread evenly over so many folders: one of them tells for all.
_FOLDERS: Final = 256
_ONE: Final = "17"
# A person's settings may not let more go than we mean to; worktrees are seen to elsewhere.
_OURS: Final = (
    "-c", "gc.reflogExpire=never", "-c", "gc.reflogExpireUnreachable=never",
    "-c", "gc.worktreePruneExpire=never", "-c", "gc.rerereResolved=never",
    "-c", "gc.rerereUnresolved=never", "-c", "gc.cruftPacks=true", "-c", "gc.packRefs=true",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Crowd:
    """How much lies about: files of objects (roughly), packs, files of refs."""

    loose: int
    packs: int
    refs: int


def crowd(common: Path) -> Crowd:
    """Return how much lies about; no process is started, and few folders are read."""
    packs = [name for name in _names(common / "objects/pack") if name.endswith(".pack")]
    loose = len(_names(common / "objects" / _ONE)) * _FOLDERS
    return Crowd(loose, len(packs), sum(1 for _ in _files(common / "refs")))


def pack(repository: Repository, *, within: float) -> None:
    """Pack refs and objects.

    Raises:
        EnvironmentProblemError: git could not, and why.
    """
    argv = (*_OURS, "gc", "--quiet", f"--prune={_KEPT}")
    done = attempt_within(within, *argv, cwd=repository.common)
    if not done.ok:
        said = done.stderr.strip().splitlines()
        raise EnvironmentProblemError(
            f"{repository.common} cannot be packed: {said[-1] if said else done.code}",
            hint=f"git -C {repository.common} gc",
        )


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 - only names are wanted, of many
    except OSError:
        return []


def _files(folder: Path) -> Iterator[str]:
    for _, _, names in os.walk(folder):
        yield from names
