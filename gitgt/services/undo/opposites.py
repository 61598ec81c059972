"""What is undone by a command of its own: it is no document, so no ledger has it."""

from __future__ import annotations

from collections.abc import Iterator

from gitgt.ledger.freezes import Freezes
from gitgt.model.actor import Actor
from gitgt.services import rig_state
from gitgt.services.rig_state import Kind
from gitgt.services.town import Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Opposed:
    """Something that goes on since *at*, and the command that ends it."""

    at: str
    said: str
    opposite: str


def of(town: Town, who: Actor) -> Iterator[Opposed]:
    """Yield what *who* froze and parked, and what is so still."""
    for each in Freezes(town.repository).all():
        if each.is_on and each.by == who.address:
            where = f" --rig {each.rig}" if each.rig else ""
            yield Opposed(each.since, f"{each.place} is frozen", f"git gt thaw{where}")
    for rig in town.rigs_here().values():
        found = rig_state.standing(town, rig)
        if found.kind is Kind.PARKED and found.by == who.address:
            yield Opposed(found.since, f"{rig.name} is parked", f"git gt rig unpark {rig.name}")
