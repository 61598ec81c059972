"""Beads that may be the same work: found by their words, merged by a person's word."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from gitgt.errors import RefusedError
from gitgt.ledger import skim
from gitgt.ledger.selection import Filter
from gitgt.model.documents import Dependency, DependencyType, Outcome
from gitgt.model.instant import text_of
from gitgt.model.lifecycle import BeadVerb
from gitgt.model.similar import Pair, Text, pairs
from gitgt.services import select, several

if TYPE_CHECKING:
    from gitgt.ledger.snapshot import Snapshot
    from gitgt.model.actor import Actor
    from gitgt.model.documents import Bead
    from gitgt.model.ids import BeadId
    from gitgt.services.town import Rig, Town

_BODY = ("description", "design", "acceptance", "notes")


def candidates(
    town: Town, rigs: Iterable[Rig | None], wanted: Filter, *, least: float
) -> list[Pair]:  # fmt: skip
    """Return the pairs of wanted beads that may be the same, the most alike first."""
    texts: list[Text] = []
    for rig in rigs:
        titles = {
            row.id: row.title for row in select.beads(town, [rig], wanted) if not row.error
        }
        now = town.ledger_at(rig).snapshot()
        bodies: dict[str, str] = {}
        with now.index.at(now.commit) as db:
            for bead, content in db.execute("select id, content from body"):
                if bead in titles:
                    said = skim.sections(content.decode(errors="replace"))
                    bodies[bead] = " ".join(said.get(name, "") for name in _BODY)
        texts += [Text(bead, title, bodies.get(bead, "")) for bead, title in titles.items()]
    return pairs(texts, least=least)


def merge(town: Town, bead: BeadId, into: BeadId, who: Actor) -> Bead:
    """Close *bead* as a duplicate of *into*, which it then names; return it.

    Raises:
        RefusedError: they are one and the same, or *into* is itself a duplicate of *bead*.
    """
    if bead == into:
        raise RefusedError(f"{bead} is {into}", hint="git gt bead duplicates --merge ID INTO")
    other = town.ledger_of(into).snapshot().bead(into)
    if Dependency(DependencyType.DUPLICATES, bead) in other.dependencies:
        raise RefusedError(
            f"{into} is a duplicate of {bead} already", hint=f"git gt bead show {into}"
        )
    edge = Dependency(DependencyType.DUPLICATES, into)

    def step(old: Bead, _: Snapshot) -> Bead:
        edges = tuple(sorted({*old.dependencies, edge}))
        marks = {"closed_at": text_of(town.clock()), "closed_by": who.address}
        why = f"a duplicate of {into}"
        amend = {"dependencies": edges, "outcome": Outcome.CANCELLED, "reason": why, **marks}
        return old.after(BeadVerb.CLOSE, **amend)

    told = several.Told("close", "bead.closed", f"a duplicate of {into}")
    return several.change(town, [bead], who, step, told)[0].bead
