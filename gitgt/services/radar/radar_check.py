"""Merge one branch on trial, here and now, whether it is live or not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from gitgt.errors import NotFoundError
from gitgt.git import refs
from gitgt.model.radar.radar import Collision, Live, Standing
from gitgt.services import target
from gitgt.services.radar.radar import Radar
from gitgt.services.town import Rig, Town


def branch_here() -> str:
    """Return the branch that is checked out where we stand.

    Raises:
        NotFoundError: we stand in no checkout, or on no branch.
    """
    top = refs.top_of(Path.cwd())
    git_dir = None if top is None else refs.git_dir_of(top)
    head = None if git_dir is None else refs.head_of(git_dir)
    if head is None:
        raise NotFoundError("which branch?", hint="git gt radar check BRANCH")
    return head.removeprefix("refs/heads/")


def check(town: Town, rig: Rig, branch: str, other: str = "") -> list[Collision]:
    """Return what *branch* collides with: its target and the live branches, or *other* alone.

    Raises:
        NotFoundError: there is no such branch.
        RefusedError: the two have no common history.
    """
    radar = Radar(town, rig)
    live = radar.branches()
    mine = _named(town, rig, live, branch)
    if not other:
        return radar.check(mine, [each for each in live if each.branch != mine.branch])
    that = _named(town, rig, live, other)
    if that.branch in (rig.branch, mine.target):
        return radar.check(replace(mine, target=that.branch), [])
    found = radar.check(mine, [that])
    return [each for each in found if each.other.branch == that.branch]


def _named(town: Town, rig: Rig, live: list[Live], name: str) -> Live:
    """Return a branch by its name, or its bead's; any branch of the rig will do."""
    for each in live:
        if name in (each.branch, each.bead):
            return each
    head = target.tip(town.ledger_at(rig).repository, name)
    if head is None:
        raise NotFoundError(
            f"{rig.name} has no branch {name!r}", hint=f"git gt radar {rig.name}"
        )
    return Live(branch=name, head=head, standing=Standing.CREW, target=rig.branch)
