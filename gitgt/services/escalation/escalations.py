"""Calls for a person's judgement: see them, take them, end them."""

from __future__ import annotations

from typing import Final

from gitgt.errors import NotAllowedError, NotFoundError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor, Standing
from gitgt.model.documents import Escalation, Severity
from gitgt.model.escalation import cause
from gitgt.model.instant import text_of
from gitgt.model.lifecycle import EscalationStatus
from gitgt.services.town import Rig, Town

OPEN: Final = cause.OPEN


def every(town: Town, *, closed: bool) -> list[Escalation]:
    """Return the escalations of all ledgers, the loudest first; the closed ones if asked."""
    status = tuple(EscalationStatus) if closed else OPEN
    found = [
        each
        for _, ledger in town.ledgers()
        for each in ledger.snapshot().all(Escalation, status=status)
    ]
    loudness = cause.LOUDEST_FIRST.index
    return sorted(found, key=lambda each: (loudness(Severity(each.severity)), each.created_at))


def every_of(town: Town, rig: Rig | None) -> list[Escalation]:
    """Return the escalations of one ledger that are not closed."""
    return list(town.ledger_at(rig).snapshot().all(Escalation, status=OPEN))


def one(town: Town, name: str) -> Escalation:
    """Return the escalation whose id is, or starts with, *name*.

    Raises:
        NotFoundError: there is none.
    """
    now = town.ledger_of(name).snapshot()
    return _escalation(now, now.complete(name))


def ack(town: Town, name: str, who: Actor) -> Escalation:
    """Say that somebody is at it; once, however often it is said.

    Raises:
        RefusedError: it is closed.
    """
    amend = {"acked_by": who.address, "acked_at": text_of(town.clock())}
    return _step(town, name, who, EscalationStatus.ACKED, amend)


def close(town: Town, name: str, who: Actor, *, reason: str) -> Escalation:
    """Say that it is dealt with, and how."""
    at = text_of(town.clock())
    amend = {"reason": reason, "closed_at": at, "closed_by": who.address}
    return _step(town, name, who, EscalationStatus.CLOSED, amend)


def settle(town: Town, rig: Rig | None, who: Actor, *, about: str) -> None:
    """Close what *who* told about something in one ledger: its cause is gone."""
    now = town.ledger_at(rig).snapshot()
    told = [
        each.id
        for each in now.all(Escalation, status=OPEN)
        if (each.created_by, each.about) == (who.address, about)
    ]
    for name in told:
        close(town, name, who, reason="it works again")


def _step(
    town: Town, name: str, who: Actor, to: EscalationStatus, amend: dict[str, str]
) -> Escalation:
    ledger = town.ledger_of(name)
    wanted = ledger.snapshot().complete(name)

    def decide(now: Snapshot) -> Change | None:
        old = _escalation(now, wanted)
        _check_theirs(old, who)
        row = old.machine.between(old.status, to, who.standing)
        if row is None:
            return None
        new = old.replace(status=to, **amend)
        return Change(f"{row.verb} {wanted}: {old.title}", (new,), event=f"escalation.{to}")

    return _escalation(ledger.transact(decide, who), wanted)


def _check_theirs(old: Escalation, who: Actor) -> None:
    """Check that an agent silences no call but its own, and those that are for it.

    Raises:
        NotAllowedError: it is somebody else's.
    """
    # The deacon is a desk that calls come by, if an agent sits there.
    known = (old.created_by, old.recipient, "deacon")
    if who.standing is Standing.AGENT and who.address not in known:
        raise NotAllowedError(
            f"{old.id} is a call of {old.created_by}, and not for {who.address} to answer",
            hint="git gt mail send mayor, who may answer it, as people and crew may",
        )


def _escalation(now: Snapshot, name: str) -> Escalation:
    found = now.get(name)
    if not isinstance(found, Escalation):
        raise NotFoundError(f"{name} is no escalation", hint="git gt escalation list")
    return found
