"""Sling contexts: documents of a rig's ledger that say what waits for a place, and how it goes.

There is one for each bead, whose id follows from the bead's: so nothing is scheduled twice,
whoever asks, in whatever clone. The bead itself is touched only when it goes on a hook, and in
that same commit its context is closed: nobody sees one without the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from gitgt.ledger.snapshot import Snapshot
from gitgt.model import ids
from gitgt.model.actor import Actor
from gitgt.model.capacity import MAX_FAILURES
from gitgt.model.documents import Bead, SlingContext
from gitgt.model.ids import BeadId
from gitgt.model.instant import exact_text_of, seconds_of
from gitgt.model.lifecycle import SlingStatus
from gitgt.model.wording import fit_line
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

ENDED: Final = tuple(each for each in SlingStatus if each is not SlingStatus.OPEN)
# For so long an ended one stays; then the next commit of the scheduler lets it go.
_KEPT: Final = 24 * 3600.0
# So many go in one commit.
_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """How a bead is to be given out; empty fields leave the choice to us."""

    agent: str = ""
    target: str = ""
    said: str = ""
    convoy: str = ""
    forced: bool = False
    mode: str = ""
    rounds: int = 0
    at_once: int = 0
    place: int = 0  # among those that were asked for with it


def id_of(rig: Rig, bead: str) -> BeadId:
    """Return the id of the context of *bead*."""
    return ids.sling_id(rig.prefix, bead)


def of(now: Snapshot, rig: Rig, bead: str) -> SlingContext | None:
    """Return the context of *bead*; None if it was never scheduled."""
    found = now.find(id_of(rig, bead))
    return found if isinstance(found, SlingContext) else None


def waiting(now: Snapshot) -> Iterator[SlingContext]:
    """Yield the contexts that are open: what waits for a place."""
    return now.all(SlingContext, status=SlingStatus.OPEN)


def is_open(context: SlingContext | None) -> bool:
    """Tell whether there is one, and its bead waits for a place."""
    return context is not None and context.status is SlingStatus.OPEN


def opened(
    town: Town, rig: Rig, old: SlingContext | None, bead: Bead, wish: Wish, who: Actor
) -> SlingContext:
    """Return the context of *bead*, which waits for a place from now."""
    at = exact_text_of(town.clock() + wish.place / 1000)
    fields: dict[str, Any] = {
        "title": bead.title, "status": SlingStatus.OPEN, "agent": wish.agent,
        "target": wish.target, "convoy": wish.convoy, "description": wish.said,
        "mode": wish.mode, "rounds": wish.rounds, "forced": wish.forced,
        "at_once": wish.at_once,
        "queued_at": at, "failures": 0, "failed_at": "",
        "reason": "", "closed_at": "",
    }  # fmt: skip
    if old is not None:
        return old.replace(**fields)
    return SlingContext(
        id=id_of(rig, bead.id), type="sling-context", source=str(bead.id),
        created_at=town.now(), created_by=who.address, **fields,
    )  # fmt: skip


def ended(town: Town, context: SlingContext, status: SlingStatus, reason: str) -> SlingContext:
    """Return *context* as it ends."""
    return context.replace(status=status, closed_at=town.now(), reason=fit_line(reason))


def failed(town: Town, context: SlingContext, why: str) -> SlingContext:
    """Return *context* with one failure more: it waits on, or after too many is broken."""
    count, at = context.failures + 1, town.now()
    broken = count >= MAX_FAILURES
    return context.replace(
        status=SlingStatus.CIRCUIT_BROKEN if broken else SlingStatus.OPEN,
        closed_at=at if broken else "", failures=count, failed_at=at, reason=fit_line(why),
    )  # fmt: skip


def passed(town: Town, now: Snapshot) -> tuple[SlingContext, ...]:
    """Return contexts that ended long ago: the history keeps them."""
    before = town.clock() - _KEPT
    found = now.all(SlingContext, status=ENDED)
    gone = [each for each in found if each.closed_at and seconds_of(each.closed_at) < before]
    return tuple(gone[:_AT_ONCE])
