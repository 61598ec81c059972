"""Snapshots of what was not committed: find them, and bring them back."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from gitgt.errors import AmbiguousError, NotFoundError
from gitgt.git import refs, snapshot
from gitgt.model.ids import is_bead_id
from gitgt.model.instant import text_of
from gitgt.services.agents import sandbox
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """A snapshot of an agent's worktree, and the branch that this stood on."""

    rig: Rig
    address: str
    commit: str
    at: str
    branch: str

    @property
    def bead(self) -> str:
        """The bead that it was work for, as the name of the branch says; else empty."""
        last = self.branch.rpartition("/")[2]
        return last if is_bead_id(last) else ""

    @property
    def worktree(self) -> Path:
        """The agent's own sandbox."""
        return sandbox.path_of(self.rig, self.address)

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "address": self.address,
            "rig": self.rig.name,
            "commit": self.commit,
            "at": self.at,
            "branch": self.branch,
            "bead": self.bead,
        }


def snapshots(town: Town, rigs: Iterable[Rig]) -> list[Found]:
    """Return the last snapshot of every agent of *rigs*, the newest first in each."""
    return [
        _found(rig, each)
        for rig in rigs
        for each in snapshot.snapshots(town.ledger_at(rig).repository)
    ]


def history(town: Town, address: str) -> list[Found]:
    """Return all snapshots of an agent, the newest first; the role's word may be left out.

    Raises:
        NotFoundError: there is none.
    """
    rig = town.rig(address.partition("/")[0])
    repository = town.ledger_at(rig).repository
    for who in dict.fromkeys((address, address.replace("/", "/polecats/", 1))):
        found = [_found(rig, each) for each in snapshot.history(repository, who)]
        if found:
            return found
    raise NotFoundError(f"there is no snapshot of {address!r}", hint="git gt recover")


def find(town: Town, address: str, *, at: str = "", bead: str = "") -> Found:
    """Return the last snapshot of an agent, or the one that *at* or *bead* names.

    Raises:
        NotFoundError: there is none.
        AmbiguousError: the commits of several begin like *at*.
    """
    named = [
        each
        for each in history(town, address)
        if each.commit.startswith(at) and bead in ("", each.bead)
    ]
    if not named:
        raise NotFoundError(
            f"{address} has no snapshot {at or f'of {bead}'}",
            hint=f"git gt recover {address} --list",
        )
    if at and len(named) > 1:
        raise AmbiguousError(
            f"{len(named)} snapshots of {address} begin with {at}",
            hint=f"git gt recover {address} --list",
        )
    return named[0]


def _found(rig: Rig, kept: snapshot.Kept) -> Found:
    return Found(rig, kept.who, kept.commit, text_of(kept.at), kept.branch)


def into(found: Found, worktree: Path) -> None:
    """Bring a snapshot's files into a clean worktree, as changes that are not committed.

    Raises:
        RefusedError: something would be lost there, or it is no worktree any more.
    """
    if refs.git_dir_of(worktree) is None:
        raise NotFoundError(
            f"{worktree} is no checkout",
            hint=f"git gt recover {found.address} --branch NAME, or --into another worktree",
        )
    snapshot.restore(worktree, found.commit)


def as_branch(town: Town, found: Found, name: str) -> None:
    """Let a new branch begin at a snapshot.

    Raises:
        RefusedError: there is such a branch, or it cannot be called that.
    """
    snapshot.branch(town.ledger_at(found.rig).repository, name, found.commit)
