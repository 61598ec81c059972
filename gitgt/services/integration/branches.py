"""Which integration branches there are, and which one a piece of work belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from gitgt.errors import GtError
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.documents import Bead, DependencyType, WorkType
from gitgt.model.lifecycle import BeadStatus
from gitgt.services import target
from gitgt.services.integration.rules import rules
from gitgt.services.town import Rig, Town

# What can be a whole: only those are asked for a branch.
WHOLES: Final = (WorkType.EPIC, WorkType.MOLECULE)
LIVE: Final = tuple(
    str(each) for each in BeadStatus if each not in (BeadStatus.CLOSED, BeadStatus.TOMBSTONE)
)
# So far up an epic is looked for.
_ABOVE: Final = 10


def epics(now: Snapshot, *, closed: bool = False) -> Iterator[Bead]:
    """Yield the epics that have an integration branch, the closed ones too if asked."""
    status = (*LIVE, str(BeadStatus.CLOSED)) if closed else LIVE
    for each in now.all(Bead, type=WHOLES, status=status):
        if each.integration:
            yield each


def place(town: Town, rig: Rig, bead: Bead) -> str:
    """Return the branch that *bead* is to land on.

    What it says itself counts first, then the integration branch of the epic that it is a part
    of, then the rig's own. One that is gone is returned all the same: nothing is retargeted.
    """
    epic = None if bead.target else epic_of(town, rig, bead)
    if epic is None or not rules(town, rig).detect:
        return target.of(rig, bead)
    return epic.integration


def epic_of(town: Town, rig: Rig, bead: Bead) -> Bead | None:
    """Return the nearest epic above *bead* that has an integration branch in *rig*."""
    found = (each for each in _above(town, bead) if is_collecting(rig, each))
    return next(found, None) or _of_convoy(town, rig, bead)


def is_collecting(rig: Rig, bead: Bead) -> bool:
    """Tell whether the parts of *bead* land on a branch of its own, in *rig*."""
    return bool(bead.integration) and not bead.is_closed and bead.id.prefix == rig.prefix


def _above(town: Town, bead: Bead) -> Iterator[Bead]:
    """Yield what *bead* is a part of, and what that is a part of, the nearest first."""
    seen = {str(bead.id)}
    for _ in range(_ABOVE):
        name = _parent(bead)
        found = _bead(town, name) if name and name not in seen else None
        if found is None:
            return
        seen.add(name)
        bead = found
        yield bead


def _parent(bead: Bead) -> str:
    edges = (e.on for e in bead.dependencies if e.type is DependencyType.PARENT_CHILD)
    return bead.parent or str(next(edges, ""))


def _of_convoy(town: Town, rig: Rig, bead: Bead) -> Bead | None:
    """Return the one epic that travels in a convoy with *bead*, if it collects."""
    members = {str(each) for caravan in town.convoys_of(bead.id) for each in caravan.members}
    beside = sorted(members - {str(bead.id)})
    if not beside:
        return None
    wholes = town.ledger_at(rig).snapshot().all(Bead, id=beside, type=WHOLES)
    found = [each for each in wholes if is_collecting(rig, each)]
    return found[0] if len(found) == 1 else None


def _bead(town: Town, name: str) -> Bead | None:
    """Return a bead of any ledger; None if nobody can read it."""
    try:
        found = town.ledger_of(name).snapshot().from_index(name)
    except GtError:
        return None
    return found if isinstance(found, Bead) else None


def protected(rig: Rig, now: Snapshot) -> list[str]:
    """Return the refs that no agent may push to or move, since only the refinery lands."""
    collecting: Iterable[Bead] = epics(now)
    named = {name for each in collecting for name in (each.integration, target.of(rig, each))}
    return [rig.target, *sorted(f"refs/heads/{each}" for each in named - {rig.branch})]
