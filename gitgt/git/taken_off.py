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
    return _beyond(repository, ref, stood_at(repository.common, ref))


def brought_back(
    repository: Repository, ref: str, head: str, gone: frozenset[str]
) -> str | None:
    """Return the latest of *gone* that merging *head* into *ref* would bring back, if any.

    A head that was on *ref* itself brings nothing but itself: somebody asks for that again.
    """
    if not gone or head in gone:
        return None
    argv = ("rev-list", head, "--not", ref)
    mine = git(*argv, cwd=repository.common, env=HERMETIC).decode().split()
    return next((each for each in mine if each in gone), None)


def _beyond(repository: Repository, ref: str, tips: list[str]) -> frozenset[str]:
    others = [each for each in tips if each != repository.ref(ref)]
    if not others:
        return frozenset()
    argv = ("rev-list", "--ignore-missing", *others, "--not", ref)
    return frozenset(git(*argv, cwd=repository.common, env=HERMETIC).decode().split())
