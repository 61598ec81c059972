"""A formula's wisp becomes a molecule: poured, with the steps closed that were done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitgt.errors import GtError
from gitgt.ledger import members
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model import wisp as rules
from gitgt.model.actor import Actor
from gitgt.model.change import marked
from gitgt.model.documents import Bead, Outcome, WorkType
from gitgt.model.formula.cook import Cooked
from gitgt.model.ids import BeadId
from gitgt.model.lifecycle import BeadVerb
from gitgt.model.molecule import Pouring, poured
from gitgt.services import wisps
from gitgt.services.formula import vapor
from gitgt.services.formula.molecules import check_pourable
from gitgt.services.town import Town

_PARTS: Final = (WorkType.EPIC, WorkType.MOLECULE)
_END: Final = {"outcome": Outcome.SUCCESS, "reason": "done as a wisp"}


def promote(town: Town, name: str, who: Actor, *, reason: str = "") -> Bead:
    """Keep a wisp in the ledger of its rig: a formula's as a molecule, any other as a bead.

    Of a formula that cannot be poured any more the bead keeps what was done in its notes.
    """
    wisp = wisps.of(town, name).get(name)
    if not wisp.formula or wisp.is_closed:
        return wisps.promote(town, name, who, reason=reason, lines=_lines(town, wisp))
    try:
        cooked = vapor.cooked_of(town, wisp)
        check_pourable(cooked)
    except GtError as error:
        lines = [f"{wisp.formula}: {error.message}", *_lines(town, wisp)]
        return wisps.promote(town, name, who, reason=reason, lines=lines)
    said = f"promote {wisp.id}{': ' + reason if reason else ''}"
    root = wisps.kept(
        town, wisp, who, lambda own: _molecule(wisp, cooked, own), said, "wisp.promoted"
    )
    _close_done(town, wisp, root.id, who)
    wisps.burn(town, wisp.id, who)
    return root


def _lines(town: Town, wisp: Bead) -> list[str]:
    if not wisp.formula:
        return []
    known = vapor.checklist(vapor.rendered(town, wisp))
    return known or [f"- [x] {each}" for each in rules.done_of(wisp)]


def _molecule(wisp: Bead, cooked: Cooked, own: BeadId) -> tuple[Bead, ...]:
    kept = rules.promoted(wisp, own)
    pouring = Pouring(own, wisp.created_at, wisp.created_by, wisp.assignee, labels=kept.labels)
    root, *steps = poured(cooked, pouring)
    return (kept.replace(type=root.type, ext={**kept.ext, **root.ext}), *steps)


def _close_done(town: Town, wisp: Bead, root: BeadId, who: Actor) -> None:
    at, done = town.now(), rules.done_of(wisp)

    def decide(now: Snapshot) -> Change | None:
        left = [now.bead(each) for each in (*members.still_open(now, root), root)]
        new = [
            marked(bead, bead.after(BeadVerb.CLOSE, **_END), now=at, by=who.address)
            for bead in _ended(left, done)
        ]
        said = f"{root}: what was done as {wisp.id}"
        return Change(said, tuple(new), event="step.done") if new else None

    town.ledger_of(root).transact(decide, who)


def _ended(left: list[Bead], done: tuple[str, ...]) -> Iterator[Bead]:
    """Yield of what is open the steps that were done, and what has nothing else left."""
    over: set[str] = set()
    for bead in sorted(
        left, key=lambda each: (each.type in _PARTS, -each.id.count("."), each.id)
    ):
        if bead.type in _PARTS:
            ends = all(each.id in over for each in left if each.id.startswith(f"{bead.id}."))
        else:
            ends = bead.step in done and bead.type is not WorkType.FORMULA_GATE
        if ends and not bead.is_closed:
            over.add(bead.id)
            yield bead
