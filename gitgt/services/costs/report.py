"""What agents cost: the records of their sessions, priced and summed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gitgt.errors import GtError
from gitgt.model import money
from gitgt.model.documents import Bead
from gitgt.model.money import Item, Sum
from gitgt.services.costs import prices
from gitgt.services.sessions import session_records
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Report:
    """What was spent, in parts and in all."""

    parts: Sequence[Sum]
    whole: Sum


def items(
    town: Town, rig: Rig | None = None, *, since: str = "", until: str = ""
) -> list[Item]:
    """Return what the sessions took that began from *since* on, and before *until*."""
    kept = session_records.records(town, rig)
    wanted = (
        each for each in kept if each.started >= since and (not until or each.started < until)
    )
    return money.items(wanted, prices.known(town))


def report(town: Town, found: Sequence[Item], by: str) -> Report:
    """Return the sums of what was *found*, by agent, bead, convoy, day, ..."""
    beads = {each.record.bead for each in found}
    convoys = convoys_of(town, beads) if by == "convoy" else None
    return Report(money.grouped(found, convoys, by), money.total(found))


def convoys_of(town: Town, beads: Iterable[str]) -> dict[str, str]:
    """Return the convoy of each of the *beads* that has one."""
    return {each: found for each in beads if each and (found := convoy_of(town, each))}


def convoy_of(town: Town, bead: str) -> str:
    """Return the convoy in which *bead* travels; empty if there is none, or no such bead."""
    try:
        document = town.ledger_of(bead).snapshot().find(bead)
        if isinstance(document, Bead) and document.convoy:
            return document.convoy
        return next((str(each.id) for each in town.convoys_of(bead)), "")
    except GtError:
        return ""
