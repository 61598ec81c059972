"""Snapshots of what was not committed: find them, and bring them back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gitgt.errors import NotFoundError
from gitgt.git import snapshot
from gitgt.model.instant import text_of
from gitgt.services.town import Rig, Town


@dataclass(frozen=True, slots=True)
class Found:
    """The last snapshot of an agent's worktree."""

    rig: Rig
    address: str
    commit: str
    at: str

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "address": self.address,
            "rig": self.rig.name,
            "commit": self.commit,
            "at": self.at,
        }


def snapshots(town: Town, rigs: Iterable[Rig]) -> list[Found]:
    """Return the last snapshot of every agent of *rigs*, the newest first in each."""
    return [
        Found(rig, each.who, each.commit, text_of(each.at))
        for rig in rigs
        for each in snapshot.snapshots(town.ledger_at(rig).repository)
    ]


def find(town: Town, address: str) -> Found:
    """Return the last snapshot of the agent at *address*; the role's word may be left out.

    Raises:
        NotFoundError: there is none.
    """
    rig = town.rig(address.partition("/")[0])
    wanted = {address, address.replace("/", "/polecats/", 1)}
    for each in snapshots(town, [rig]):
        if each.address in wanted:
            return each
    raise NotFoundError(f"there is no snapshot of {address!r}", hint="git gt recover")


def into(found: Found, worktree: Path) -> None:
    """Bring a snapshot's files into a clean worktree, as changes that are not committed.

    Raises:
        RefusedError: something would be lost there.
    """
    snapshot.restore(worktree, found.commit)


def as_branch(town: Town, found: Found, name: str) -> None:
    """Let a new branch begin at a snapshot.

    Raises:
        RefusedError: there is such a branch, or it cannot be called that.
    """
    snapshot.branch(town.ledger_at(found.rig).repository, name, found.commit)
