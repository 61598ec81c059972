"""Bonds: two molecules, or formulas that become molecules by it, tied together in one commit.

What B is tied to is A as a whole, or a step or bond point of A: then B is a part of A.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum

from gitgt.errors import NotFoundError, RefusedError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.documents import Bead, Dependency, DependencyType, linked
from gitgt.model.formula.form import BondPoint
from gitgt.model.formula.inherit import resolved
from gitgt.model.ids import BeadId, base36, is_bead_id
from gitgt.model.molecule import Pouring, poured
from gitgt.services.formula import molecules
from gitgt.services.formula.library import Formulas
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass


class BondType(StrEnum):
    """How B follows A."""

    SEQUENTIAL = "sequential"  # after it
    PARALLEL = "parallel"  # beside it
    CONDITIONAL = "conditional"  # only if it fails


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be bonded: each side a molecule's id or a formula's name."""

    one: str
    other: str
    type: BondType = BondType.SEQUENTIAL
    at: str = ""  # a step or a bond point of *one*
    ref: str = ""  # what the arm is called, as a label
    values: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Bonded:
    """The two roots, and how the second follows the first."""

    one: BeadId
    other: BeadId
    type: BondType


def bond(town: Town, rig: Rig | None, wanted: Wanted, who: Actor) -> Bonded:
    """Tie two molecules together; formulas are poured, all in one commit.

    Raises:
        RefusedError: one side is neither, or they live in different ledgers.
    """
    formulas = Formulas(town, rig)
    if not _is_formula(formulas, wanted.one):
        rig = town.rig_of(wanted.one)
        formulas = Formulas(town, rig)
    own = Pouring(_new_root(town, rig), town.now(), who.address)
    one_new, one = _side(town, formulas, wanted.one, wanted.values or {}, own)
    labels = (f"ref:{wanted.ref}",) if wanted.ref else ()
    own = replace(own, root=_new_root(town, rig), labels=labels)
    if wanted.at:
        arm = BeadId.parse(f"{one}.b{base36(town.draw(36**4), 4)}")
        own = replace(own, root=arm, parent=one)
    other_new, other = _side(town, formulas, wanted.other, wanted.values or {}, own)
    if other.prefix != one.prefix:
        raise RefusedError(
            f"{one} and {other} live in different ledgers", hint="bond molecules of one rig"
        )

    def decide(now: Snapshot) -> Change:
        beads = {each.id: each for each in (*one_new, *other_new)}
        tied = _tied(now, beads, one, other, wanted, formulas)
        beads |= {each.id: each for each in tied}
        said = f"bond {other} to {one}: {wanted.type}"
        return Change(said, tuple(beads.values()), event="molecule.bonded")

    town.ledger_of(one).transact(decide, who)
    return Bonded(one, other, wanted.type)


def _new_root(town: Town, rig: Rig | None) -> BeadId:
    return town.new_id("hq" if rig is None else rig.prefix)


def _is_formula(formulas: Formulas, text: str) -> bool:
    """Tell whether a side is a formula's name: some look like ids."""
    return not is_bead_id(text) or any(place.name == text for place in formulas.every())


def _side(
    town: Town, formulas: Formulas, text: str, values: Mapping[str, str], own: Pouring
) -> tuple[tuple[Bead, ...], BeadId]:
    """Return the root that *text* names, and the beads that have to be made for it."""
    if not _is_formula(formulas, text):
        return (), molecules.root_of(town, text)
    known = {var.name for var in resolved(formulas.get(text), formulas.get).vars}
    cooked = formulas.cook(text, {key: values[key] for key in values if key in known})
    molecules.check_pourable(cooked)
    return poured(cooked, own), own.root


def _tied(
    now: Snapshot, new: Mapping[BeadId, Bead], one: BeadId, other: BeadId, wanted: Wanted,
    formulas: Formulas,
) -> list[Bead]:  # fmt: skip
    def bead(name: BeadId) -> Bead:
        return new.get(name) or now.bead(name)

    second = bead(other)
    if not wanted.at:
        return [_with(second, *_edge(one, wanted.type))]
    if not second.parent and other not in new:
        second = second.replace(parent=one)
    if not other.startswith(f"{one}."):
        raise RefusedError(
            f"{other} is a molecule of its own", hint="bond it as a whole, or name a formula"
        )
    point, steps = _point(now, new, bead(one), wanted.at, formulas)
    found = [second]
    if point.after:
        found = [_with(second, *_edge(steps[point.after].id, wanted.type))]
    followers = (
        []
        if point.parallel or wanted.type is not BondType.SEQUENTIAL
        else [
            each
            for each in steps.values()
            if each.step == point.before
            or (point.after and steps[point.after].id in each.blockers)
        ]
    )
    return [
        *found,
        *(_with(each, Dependency(DependencyType.BLOCKS, other)) for each in followers),
    ]


def _edge(on: BeadId, kind: BondType) -> tuple[Dependency, ...]:
    if kind is BondType.SEQUENTIAL:
        return (Dependency(DependencyType.BLOCKS, on),)
    if kind is BondType.CONDITIONAL:
        return (Dependency(DependencyType.CONDITIONAL_BLOCKS, on),)
    return (Dependency(DependencyType.RELATED, on),)


def _with(bead: Bead, *edges: Dependency) -> Bead:
    return bead.replace(dependencies=linked(bead.dependencies, *edges))


def _point(
    now: Snapshot, new: Mapping[BeadId, Bead], root: Bead, at: str, formulas: Formulas
) -> tuple[BondPoint, dict[str, Bead]]:
    """Return the bond point called *at*, or the one after the step of that name."""
    names = [row.id for row in now.rows(kind="bead") if row.id.startswith(f"{root.id}.")]
    own = [each for each in new.values() if each.id.startswith(f"{root.id}.")]
    steps = {
        each.step: each
        for each in (*(now.bead(name) for name in names), *own)
        if each.step and each.type != "formula-gate"
    }
    points = {each.id: each for each in formulas.cook(root.formula, {}).bond_points}
    found = points.get(at) or BondPoint(at, after=at)
    for name in filter(None, (found.after, found.before)):
        if name not in steps:
            known = ", ".join((*points, *steps))
            raise NotFoundError(
                f"{root.id} has no bond point or step {name!r}", hint=f"known: {known}"[:300]
            )
    return found, steps
