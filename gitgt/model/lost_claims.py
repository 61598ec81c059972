"""Who is told that a bead on their hook is another's, or ended, when two clones meet.

The call for a person's judgement follows from the two sides alone, its id included: whoever
merges makes the same one, and it travels with the merge to whoever lost.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final

from gitgt.model.actor import Actor
from gitgt.model.documents import Bead, Document, Escalation, Severity
from gitgt.model.ids import BeadId, base36
from gitgt.model.lifecycle import BeadStatus, EscalationStatus
from gitgt.model.merge import Side
from gitgt.model.stamps import CLAIM, claim_of
from gitgt.model.wording import fit_line

TELLER: Final = Actor.role("sync").address
_WIDTH: Final = 8


def calls(
    base: Document | None, sides: tuple[Side, Side], now: Document | None, *, at: str
) -> Iterator[Escalation]:
    """Yield one call for each side whose claim, made since *base*, does not stand *now*."""
    if not isinstance(now, Bead):
        return
    before = "" if base is None else claim_of(base)
    for side in sides:
        claim = "" if side.document is None else claim_of(side.document)
        if claim and claim not in (before, now.assignee, now.closed_by):
            yield _call(claim, side.stamp(CLAIM).clock, now, at)


def _call(claim: str, clock: int, now: Bead, at: str) -> Escalation:
    who, did = _instead(now)
    title = f"{now.id} is not {claim}'s: {who} {did}, in another clone"
    said = hashlib.sha256("\0".join((title, str(clock))).encode()).digest()
    name = base36(int.from_bytes(said[:8]), _WIDTH)
    return Escalation(
        id=BeadId(f"{now.id.prefix}-es-{name}"),
        type="escalation",
        title=fit_line(title),
        status=EscalationStatus.OPEN,
        severity=Severity.MEDIUM,
        about=str(now.id),
        created_at=at,
        created_by=TELLER,
    )


def _instead(now: Bead) -> tuple[str, str]:
    """Return who has it, or ended it, and how they came to."""
    if not now.is_closed:
        return now.assignee or "nobody", "claimed it first"
    deleted = now.status is BeadStatus.TOMBSTONE
    return now.closed_by or "somebody", "deleted it" if deleted else "closed it"
