"""What cannot be read, or not be taken in: told once, and no longer once it is mended."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.documents import Escalation, Severity
from gitgt.model.ids import BeadId, base36, is_bead_id
from gitgt.model.lifecycle import EscalationStatus
from gitgt.services import desk, escalations
from gitgt.services.town import Rig, Town


def report(town: Town, rig: Rig | None, who: Actor) -> list[str]:
    """Escalate what no schema accepts, each version once; return the ids of what is broken."""
    snapshot = town.ledger_at(rig).snapshot()
    broken = [row for row in snapshot.rows(kind="") if row.error]
    for row in broken:
        _escalate(town, rig, row.id, row.error, who)
    return [row.id for row in broken]


def settle(town: Town, rig: Rig | None, who: Actor) -> list[str]:
    """Close what *who* escalated and people have mended since; return the ids."""
    now = town.ledger_at(rig).snapshot()
    broken = {row.id for row in now.rows(kind="") if row.error}
    mended = [
        each.id
        for each in now.all(Escalation, status=escalations.OPEN)
        if each.created_by == who.address and _is_mended(now, each.about, broken)
    ]
    for name in mended:
        escalations.close(town, name, who, reason="it was mended")
    return [str(name) for name in mended]


def _is_mended(now: Snapshot, about: str, broken: Collection[str]) -> bool:
    """Tell whether a bead is readable, or no desk is ahead of the ledger by a commit."""
    if is_bead_id(about):
        return about not in broken
    git = now.repository
    if not git.has(about) or git.is_ancestor(about, now.commit):
        return True
    return not any(git.is_ancestor(about, tip) for tip in git.refs(desk.PREFIX).values())


def _escalate(town: Town, rig: Rig | None, broken: str, error: str, who: Actor) -> None:
    digest = hashlib.sha256(f"{broken}\0{error}".encode()).digest()
    prefix = "hq" if rig is None else rig.prefix
    bead = BeadId.parse(f"{prefix}-es-{base36(int.from_bytes(digest[:8]), 8)}")
    document = Escalation(
        id=bead,
        type="escalation",
        title=f"{broken} cannot be read",
        status=EscalationStatus.OPEN,
        severity=Severity.HIGH,
        about=broken,
        description=f"{error}\nMend the file on a desk and commit it.",
        created_at=town.now(),
        created_by=who.address,
    )

    def decide(now: Snapshot) -> Change | None:
        if now.find(bead) is not None:
            return None
        return Change(f"{broken} cannot be read", (document,), event="bead.quarantined")

    town.ledger_at(rig).transact(decide, who)
