"""``formula run``: a convoy's legs as beads, or a workflow as a molecule."""

from __future__ import annotations

from collections.abc import Sequence

from gitgt.errors import NotFoundError, RefusedError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.convoy.convoy_feed import SYNTHESIS
from gitgt.model.documents import Bead, Convoy, Dependency, DependencyType, WorkType
from gitgt.model.formula.cook import Cooked
from gitgt.model.formula.form import FormulaType, Leg
from gitgt.model.formula.values import check_complete, fill
from gitgt.model.ids import BeadId
from gitgt.model.lifecycle import BeadStatus
from gitgt.model.wording import fit_line, fit_text
from gitgt.services.convoy import convoys
from gitgt.services.formula import molecules
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Run:
    """What came of it: a convoy and its legs, or a molecule."""

    legs: tuple[Bead, ...] = ()
    convoy: Convoy | None = None
    molecule: Bead | None = None

    @property
    def ready(self) -> list[Bead]:
        """The legs that wait for nothing."""
        return [each for each in self.legs if not each.dependencies]


def run(
    town: Town, rig: Rig | None, cooked: Cooked, who: Actor, *, legs: Sequence[str] = ()
) -> Run:
    """Begin what *cooked* describes.

    Raises:
        RefusedError: it is no workflow and no convoy, or a variable has no value.
        NotFoundError: it has no leg of such a name.
    """
    chosen = chosen_of(cooked, legs)
    if cooked.type is FormulaType.WORKFLOW:
        return Run(molecule=molecules.pour(town, rig, cooked, who, assignee=""))
    if cooked.type is not FormulaType.CONVOY:
        raise RefusedError(
            f"{cooked.name} is of type {cooked.type}: it is a part of other formulas",
            hint="compose.expand or compose.aspects puts it into a workflow",
        )
    if rig is None:
        raise RefusedError("a convoy's legs work on code: which rig?", hint="--rig RIG")
    check_complete(cooked.name, cooked.vars, cooked.values)
    beads = _beads(town, rig, cooked, chosen, who)

    def decide(now: Snapshot) -> Change:
        taken = [each.id for each in beads if now.find(each.id) is not None]
        if taken:
            raise RefusedError(f"{taken[0]} is taken", hint="try again")
        said = f"run {cooked.name}: {len(chosen)} legs"
        return Change(said, tuple(beads), event="formula.run")

    town.ledger_at(rig).transact(decide, who)
    made = convoys.create(town, fit_line(cooked.title), [each.id for each in beads], who)
    return Run(tuple(beads), made)


def chosen_of(cooked: Cooked, legs: Sequence[str]) -> list[Leg]:
    """Return the legs called *legs*, or all if none is named.

    Raises:
        NotFoundError: there is no leg of that name.
    """
    known = [leg.id for leg in cooked.legs]
    for each in legs:
        if each not in known:
            hint = f"legs: {', '.join(known) or 'none'}"
            raise NotFoundError(f"{cooked.name} has no leg {each!r}", hint=hint)
    return [leg for leg in cooked.legs if not legs or leg.id in legs]


def _beads(town: Town, rig: Rig, cooked: Cooked, legs: Sequence[Leg], who: Actor) -> list[Bead]:
    names = {leg.id: town.new_id(rig.prefix) for leg in legs}
    found = [_bead(town, cooked, leg, names[leg.id], names, who) for leg in legs]
    last = cooked.synthesis
    if last is not None:
        needs = [each for each in last.needs if each in names] or list(names)
        whole = Leg(last.id, last.title, last.focus, last.description, last.agent, tuple(needs))
        made = _bead(town, cooked, whole, town.new_id(rig.prefix), names, who)
        labels = tuple(sorted({*made.labels, SYNTHESIS}))
        found.append(made.replace(labels=labels))
    return found


def _bead(
    town: Town, cooked: Cooked, leg: Leg, name: BeadId, names: dict[str, BeadId], who: Actor
) -> Bead:
    focus = f"Focus: {leg.focus}" if leg.focus else ""
    parts = (fill(cooked.description, cooked.values), focus, leg.description)
    edges = {
        Dependency(DependencyType.BLOCKS, names[each]) for each in leg.needs if each in names
    }
    return Bead(
        id=name,
        type=WorkType.TASK,
        title=fit_line(f"{cooked.name}: {leg.title or leg.id}"),
        status=BeadStatus.OPEN,
        created_at=town.now(),
        created_by=who.address,
        agent=leg.agent,
        labels=(f"formula:{cooked.name}",),
        dependencies=tuple(sorted(edges)),
        description=fit_text("\n\n".join(part for part in parts if part)),
    )
