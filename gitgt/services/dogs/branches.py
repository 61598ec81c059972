"""Branches of polecats whose work is over: into the trash first, then gone."""

from __future__ import annotations

from typing import Final

from gitgt.git import trash
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.documents import Bead
from gitgt.model.instant import seconds_of
from gitgt.model.lifecycle import BeadStatus
from gitgt.services.agents import dismantle, polecats
from gitgt.services.town import Rig, Town

_POLECATS: Final = "refs/heads/polecat/"


def next_due(town: Town, rig: Rig, *, keep: float) -> float | None:
    """Return when the first branch may go whose bead is closed; None if there is none."""
    now = town.ledger_at(rig).snapshot()
    names = now.repository.refs(_POLECATS)
    times = [at for name in names if (at := _closed_at(now, name)) is not None]
    return min(times) + keep if times else None


def collect(town: Town, rig: Rig, *, keep: float) -> list[str]:
    """Put the branches into the trash that have landed, whose bead is closed long enough.

    One that somebody stands on, or that has what nothing else holds, stays.
    """
    found = polecats.old_branches(town, rig).gone
    now = town.ledger_at(rig).snapshot()
    before = town.clock() - keep
    gone = {
        name: tip
        for name, tip in found.items()
        if (at := _closed_at(now, f"refs/heads/{name}")) is not None and at <= before
    }
    trash.discard(now.repository, {f"heads/{n}": t for n, t in gone.items()}, now=town.clock())
    dismantle.delete(now.repository, gone)
    return sorted(gone)


def _closed_at(now: Snapshot, branch: str) -> float | None:
    """Return when the bead was closed that a branch is about; None if it is not."""
    bead = now.find(branch.rpartition("/")[2])
    if not isinstance(bead, Bead) or bead.status is not BeadStatus.CLOSED:
        return None
    return seconds_of(bead.closed_at) if bead.closed_at else None
