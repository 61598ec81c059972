"""Park and dock rigs, and let them be worked on again."""

from __future__ import annotations

from gitgt.ledger import signs
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change, Decide
from gitgt.model import ids
from gitgt.model.actor import Actor
from gitgt.model.documents import RigIdentity
from gitgt.model.lifecycle import RigStatus
from gitgt.services.rig_state import PARKED
from gitgt.services.town import Rig, Town


def park(town: Town, rig: Rig, who: Actor, *, why: str = "") -> bool:
    """Let nobody be started in *rig* on this machine; tell whether that is news."""
    repository = town.ledger_at(rig).repository
    subject = f"park {rig.name}{_because(why)}"
    return signs.hang(repository, PARKED, who, why=why, subject=subject, now=town.clock())


def unpark(town: Town, rig: Rig, who: Actor) -> bool:
    """Let agents be started in *rig* again, as far as this machine is concerned."""
    repository = town.ledger_at(rig).repository
    return signs.take_down(
        repository, PARKED, who, subject=f"unpark {rig.name}", now=town.clock()
    )


def dock(town: Town, rig: Rig, who: Actor, *, why: str = "") -> bool:
    """Let nobody work on *rig* in any clone of it; tell whether that is news."""

    def decide(now: Snapshot) -> Change | None:
        old = _identity(now, rig)
        if old is not None and old.status is RigStatus.DOCKED and why in ("", old.reason):
            return None
        new = (old or _new(town, rig, who)).replace(
            status=RigStatus.DOCKED, reason=why, closed_at=town.now(), closed_by=who.address
        )
        return Change(f"dock {rig.name}{_because(why)}", (new,), event="rig.docked")

    return _written(town, rig, decide, who)


def undock(town: Town, rig: Rig, who: Actor) -> bool:
    """Let *rig* be worked on again in all its clones; tell whether it was docked."""

    def decide(now: Snapshot) -> Change | None:
        old = _identity(now, rig)
        if old is None or old.status is not RigStatus.DOCKED:
            return None
        new = old.replace(status=RigStatus.OPERATIONAL, reason="", closed_at="", closed_by="")
        return Change(f"undock {rig.name}", (new,), event="rig.undocked")

    return _written(town, rig, decide, who)


def _written(town: Town, rig: Rig, decide: Decide, who: Actor) -> bool:
    wrote = False

    def watched(now: Snapshot) -> Change | None:
        nonlocal wrote
        change = decide(now)
        wrote = change is not None
        return change

    town.ledger_at(rig).transact(watched, who)
    return wrote


def _identity(now: Snapshot, rig: Rig) -> RigIdentity | None:
    found = now.find(ids.rig_id(rig.prefix))
    return found if isinstance(found, RigIdentity) else None


def _new(town: Town, rig: Rig, who: Actor) -> RigIdentity:
    return RigIdentity(
        id=ids.rig_id(rig.prefix), type="rig", title=rig.name, status=RigStatus.OPERATIONAL,
        created_at=town.now(), created_by=who.address,
    )  # fmt: skip


def _because(why: str) -> str:
    return f": {why}" if why else ""
