"""The last bead of a convoy: it makes one of what the others, its legs, have made."""

from __future__ import annotations

from typing import Any

from gitgt.errors import NotFoundError, RefusedError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.convoy.convoy_feed import SYNTHESIS, Member
from gitgt.model.documents import Bead, Convoy, Dependency, DependencyType, WorkType
from gitgt.model.ids import BeadId
from gitgt.model.lifecycle import BeadStatus, ConvoyStatus
from gitgt.model.wording import fit_line, fit_text
from gitgt.services.convoy import convoys, ending
from gitgt.services.convoy.convoys import Progress
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Synthesis:
    """A convoy's legs, and the bead that is to make one of them, if there is one."""

    view: Progress
    legs: tuple[Member, ...]
    bead: Member | None

    @property
    def is_ready(self) -> bool:
        """Tell whether all legs are closed."""
        return bool(self.legs) and all(each.is_closed for each in self.legs)

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        bead = self.bead.fields() if self.bead else None
        return {
            "convoy": self.view.convoy.id,
            "status": str(self.view.convoy.status),
            "closed": sum(each.is_closed for each in self.legs),
            "total": len(self.legs),
            "ready": self.is_ready,
            "legs": [each.fields() for each in self.legs],
            **({"synthesis": bead} if bead else {}),
        }


def look(town: Town, name: str) -> Synthesis:
    """Return how the synthesis of the convoy called *name* stands."""
    view = convoys.show(town, name)
    legs = tuple(each for each in view.members if not each.is_synthesis)
    return Synthesis(view, legs, next((e for e in view.members if e.is_synthesis), None))


def start(
    town: Town, name: str, who: Actor, *, rig: Rig | None = None, force: bool = False
) -> Synthesis:
    """Let a bead travel along that starts once all legs are closed; with *force* at once.

    It is made once, and begins by itself: to ask for it is to ask for its start.

    Raises:
        RefusedError: the convoy has no legs, is closed, or its legs are of several rigs and
            none was named.
    """
    found = look(town, name)
    convoy = found.view.convoy
    if convoy.status != ConvoyStatus.OPEN:
        raise RefusedError(
            f"{convoy.id} is {convoy.status}", hint="git gt convoy launch, or add"
        )
    if found.bead is None:
        home = rig or _home(town, found)
        made = _make(town, home, found, who, force=force)
        convoys.add(town, convoy.id, [made], who)
    return look(town, convoy.id)


def _home(town: Town, found: Synthesis) -> Rig:
    rigs = sorted({each.rig for each in found.legs if each.rig})
    if len(rigs) != 1:
        raise RefusedError(
            f"{found.view.convoy.id} has legs in {len(rigs)} rigs", hint="--rig RIG says where"
        )
    return town.rig(rigs[0])


def _make(town: Town, rig: Rig, found: Synthesis, who: Actor, *, force: bool) -> BeadId:
    """Make the bead; one that an earlier try, cut short, has made is taken."""
    convoy = found.view.convoy
    for each in town.ledger_at(rig).snapshot().all(Bead, status=_LIVE):
        if SYNTHESIS in each.labels and each.convoy == convoy.id:
            return each.id
    bead = Bead(
        id=town.new_id(rig.prefix),
        type=WorkType.TASK,
        title=fit_line(f"Synthesis: {convoy.title}"),
        status=BeadStatus.OPEN,
        created_at=town.now(),
        created_by=who.address,
        convoy=str(convoy.id),
        labels=(SYNTHESIS,),
        dependencies=() if force else _after(found.legs),
        description=fit_text(
            f"Make one of what the legs of {convoy.id} have made: {convoy.title}.\n\n"
            "What each of them came to stands in the notes once they are closed."
        ),
    )

    def decide(now: Snapshot) -> Change:
        if now.find(bead.id) is not None:
            raise RefusedError(f"{bead.id} is taken", hint="try again")
        return Change(f"create {bead.id}: {bead.title}", (bead,), event="bead.created")

    town.ledger_at(rig).transact(decide, who)
    return bead.id


_LIVE = tuple(
    str(each) for each in BeadStatus if each not in (BeadStatus.CLOSED, BeadStatus.TOMBSTONE)
)


def _after(legs: tuple[Member, ...]) -> tuple[Dependency, ...]:
    found = {Dependency(DependencyType.BLOCKS, BeadId.parse(each.id)) for each in legs}
    return tuple(sorted(found))


def tell_legs(town: Town, convoy: Convoy, bead: str, who: Actor) -> None:
    """Write into the notes of the synthesis *bead* what the legs have made."""
    found = look(town, convoy.id)
    text = fit_text("\n".join(_made(town, each) for each in found.legs))

    def decide(now: Snapshot) -> Change | None:
        old = now.bead(bead)
        if old.notes == text:
            return None
        new = old.replace(notes=text)
        return Change(f"tell {bead} what the legs made", (new,), event="bead.updated")

    town.ledger_of(bead).transact(decide, who)


def _made(town: Town, leg: Member) -> str:
    if leg.problem:
        return f"- {leg.id}: {leg.problem}"
    bead = town.ledger_of(leg.id).snapshot().bead(leg.id)
    came = f"landed as {bead.landed[:12]}" if bead.landed else str(bead.outcome or bead.status)
    why = f": {bead.reason}" if bead.reason else ""
    return f"- {leg.id}, {bead.title} ({leg.rig or 'the town'}, {came}){why}"


def close(town: Town, name: str, who: Actor) -> Convoy:
    """Close a convoy whose synthesis is done.

    Raises:
        NotFoundError: it has none.
        RefusedError: it is not done.
    """
    found = look(town, name)
    convoy = found.view.convoy
    if found.bead is None:
        raise NotFoundError(
            f"{convoy.id} has no synthesis", hint=f"git gt synthesis start {convoy.id}"
        )
    return ending.close(town, found.view, who, reason="its synthesis is done")
