"""Make louder what nobody takes."""

from __future__ import annotations

from typing import Final

from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.documents import Escalation
from gitgt.model.escalation.plan import ReEscalate, louder, stale_at
from gitgt.model.escalation.routes import Settings
from gitgt.model.instant import text_of
from gitgt.services.escalation import looking
from gitgt.services.town import Town

WHO: Final = Actor.role("escalations")


def due(town: Town) -> list[tuple[Escalation, ReEscalate]]:
    """Return what is to grow louder now."""
    known = looking.known(town)
    by_id = {str(each.id): each for each in known.escalations}
    acts = known.plan(town.clock()).acts
    return [(by_id[act.escalation], act) for act in acts if isinstance(act, ReEscalate)]


def raise_it(town: Town, act: ReEscalate, settings: Settings) -> bool:
    """Make one louder, judged where its ledger stands then; tell whether that was done."""

    def decide(now: Snapshot) -> Change | None:
        old = now.get(act.escalation)
        if not isinstance(old, Escalation):
            return None
        at = stale_at(old, settings)
        if at is None or at > town.clock():
            return None
        new = old.replace(
            severity=louder(old.severity),
            reescalations=old.reescalations + 1,
            raised_at=text_of(town.clock()),
        )
        said = f"re-escalate {new.severity}: {new.title}"
        return Change(said, (new,), event="escalation.rose")

    ledger = town.ledger_of(act.escalation)
    before = ledger.snapshot().commit
    return ledger.transact(decide, WHO).commit != before
