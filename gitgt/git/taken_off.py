"""What a branch has had and has no more, and who would bring it back.

Whoever moves a target backwards wants something off it. A branch that was begun on top of that
has it in its history, so merging the one would quietly undo the other's decision.
"""

from __future__ import annotations

from gitgt.git.command import HERMETIC, git
from gitgt.git.reflog import stood_at
from gitgt.git.repository import Repository


def taken_off(repository: Repository, ref: str) -> frozenset[str]:
    """Return the commits that *ref* has had lately, by git's record of it, and has not now."""
    tip = repository.ref(ref)
    if tip is None:
        return frozenset()
    others = [each for each in stood_at(repository.common, ref) if each != tip]
    if not others:
        return frozenset()
    # By its commit, not by its name: somebody may delete the branch at this moment.
    argv = ("rev-list", "--ignore-missing", *others, "--not", tip)
    return frozenset(git(*argv, cwd=repository.common, env=HERMETIC).decode().split())


def brought_back(
    repository: Repository, tip: str, head: str, gone: frozenset[str]
) -> str | None:
    """Return the latest of *gone* that merging *head* into *tip* would bring back, if any.

    A head that was on the branch itself brings nothing but itself: somebody asks for it again.
    """
    if not gone or head in gone:
        return None
    argv = ("rev-list", head, "--not", tip)
    mine = git(*argv, cwd=repository.common, env=HERMETIC).decode().split()
    return next((each for each in mine if each in gone), None)
