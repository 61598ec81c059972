"""Molecules: poured from formulas, done step by step, ended.

Everything that belongs together is one commit: a whole molecule, or a step's end with all that
ends with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gitgt.errors import NotFoundError, RefusedError
from gitgt.ledger import members
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.documents import Bead, Dependency, DependencyType, Outcome, WorkType
from gitgt.model.formula.cook import Cooked
from gitgt.model.formula.form import FormulaType
from gitgt.model.formula.lint import check_steps
from gitgt.model.formula.values import check_complete
from gitgt.model.ids import BeadId
from gitgt.model.lifecycle import BeadStatus
from gitgt.model.molecule import DONE, Member, Pouring, State, Survey, parts_above, poured
from gitgt.services import reading
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_ATTEMPTS = 20


def pour(
    town: Town, rig: Rig | None, cooked: Cooked, who: Actor, *, assignee: str = "",
    edges: tuple[Dependency, ...] = (),
) -> Bead:  # fmt: skip
    """Make a molecule of *cooked* in the ledger of *rig*, in one commit; return its root.

    Raises:
        RefusedError: a variable has no value, or there is nothing to be done.
    """
    check_pourable(cooked)
    for _ in range(_ATTEMPTS):
        root = town.new_id("hq" if rig is None else rig.prefix)
        beads = poured(cooked, Pouring(root, town.now(), who.address, assignee, edges=edges))

        def decide(now: Snapshot, beads: tuple[Bead, ...] = beads) -> Change | None:
            if now.find(beads[0].id) is not None:
                return None
            return Change(_said(beads), beads, event="molecule.poured")

        after = town.ledger_at(rig).transact(decide, who)
        if after.bead(root) == beads[0]:
            return beads[0]
    raise RefusedError("no free id was found", hint="give the rig another prefix")


def _said(beads: tuple[Bead, ...]) -> str:
    root, steps = beads[0], len(beads) - 1
    return f"pour {root.formula} as {root.id}: {steps} step{'' if steps == 1 else 's'}"


def check_pourable(cooked: Cooked) -> None:
    """Check that *cooked* can become a molecule.

    Raises:
        RefusedError: it cannot.
    """
    if cooked.type is FormulaType.CONVOY:
        raise RefusedError(
            f"{cooked.name} is a convoy: its legs are beads of their own",
            hint=f"git gt formula run {cooked.name}",
        )
    if cooked.type is FormulaType.ASPECT or not cooked.steps:
        raise RefusedError(
            f"{cooked.name} has no steps of its own",
            hint="an aspect is woven into others by compose.aspects",
        )
    check_steps(cooked)
    check_complete(cooked.name, cooked.vars, cooked.values)


# --- looking


@dataclass(frozen=True, slots=True)
class View:
    """A molecule's root, and how its members stand."""

    root: Bead
    survey: Survey

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        states = self.survey.states()
        return {
            "id": self.root.id,
            "title": self.root.title,
            "formula": self.root.formula,
            "status": str(self.root.status),
            "assignee": self.root.assignee,
            **self.counts(states),
            "steps": [_member(each, states) for each in self.survey.members],
        }

    def counts(self, states: Mapping[str, State] | None = None) -> dict[str, int]:
        """Return how many steps there are, and how many stand how."""
        known = self.survey.states() if states is None else states
        steps = self.survey.steps
        counts = {str(s): sum(known[each.id] is s for each in steps) for s in State}
        counts[State.PARKED] = sum(state is State.PARKED for state in known.values())
        return {"total": len(steps), **counts}

    def ready(self, address: str = "") -> list[Member]:
        """Return the steps that can be done now: those that *address* holds first."""
        states = self.survey.states()
        found = [
            each
            for each in self.survey.steps
            if (states[each.id] is State.READY and each.assignee in ("", address))
            or (states[each.id] is State.HELD and each.assignee == address)
        ]
        return sorted(found, key=lambda each: states[each.id] is not State.HELD)


def _member(member: Member, states: Mapping[str, State]) -> dict[str, Any]:
    found = {
        "id": member.id, "title": member.title, "type": member.type,
        "state": str(states[member.id]), "assignee": member.assignee,
        "waits_for": list(member.waits),
    }  # fmt: skip
    return {name: value for name, value in found.items() if value}


def root_of(town: Town, text: str) -> BeadId:
    """Return the root of the molecule that *text* names, or a step of it does."""
    snapshot = town.ledger_of(text).snapshot()
    found = snapshot.complete(text)
    at = str(found)
    while at:
        row = next(iter(snapshot.rows(id=at)), None)
        above = at.rpartition(".")[0]
        if row is not None and row.type == WorkType.MOLECULE and not above:
            return BeadId(at)
        at = above
    raise NotFoundError(f"{found} is no molecule's", hint="git gt mol list")


def view(town: Town, root: BeadId) -> View:
    """Return the molecule *root* as it stands."""
    snapshot = town.ledger_of(root).snapshot()
    found = snapshot.from_index(root)
    if not isinstance(found, Bead) or found.type is not WorkType.MOLECULE:
        raise NotFoundError(f"{root} is no molecule", hint="git gt mol list")
    seen = survey(town, snapshot, root)
    if found.outcome == Outcome.CANCELLED:
        seen = replace(seen, dropped=_dropped(snapshot, seen))
    return View(found, seen)


def _dropped(snapshot: Snapshot, seen: Survey) -> frozenset[str]:
    """Return the members that were cancelled."""
    ended = [snapshot.from_index(each.id) for each in seen.members if each.is_done]
    return frozenset(
        each.id for each in ended if getattr(each, "outcome", "") == Outcome.CANCELLED
    )


def survey(town: Town, snapshot: Snapshot, root: str) -> Survey:
    """Return how the members of *root* stand in *snapshot*."""
    return members.survey(snapshot, root, judge_of(town, snapshot))


def waits_of(town: Town, now: Snapshot, name: str) -> list[str]:
    """Return what holds a step or a gate up, by itself or through what it is a part of."""
    held = [name, *parts_above(name, name.partition(".")[0])]
    found = members.holders(now, held, judge_of(town, now))
    return list(dict.fromkeys(left for each in found for left in _left_of(now, each)))


def _left_of(now: Snapshot, target: str) -> list[str]:
    """Return *target*, or if it is done itself which of its parts are not."""
    if not any(row.status in DONE for row in now.rows(id=target)):
        return [target]
    below = members.still_open(now, target)
    parts = [each for each in below if each.rpartition(".")[0] == target]
    return sorted(parts, key=lambda each: (len(each), each)) or [target]


def judge_of(town: Town, snapshot: Snapshot) -> members.Judge:
    """Return what says of an edge whether it still holds its bead up."""

    def judge(bead: str, kind: str, target: str) -> bool:
        return _still_holds(town, snapshot, bead, kind, target)

    return judge


def _still_holds(town: Town, snapshot: Snapshot, bead: str, kind: str, target: str) -> bool:
    if kind == DependencyType.BLOCKS:
        return not reading.is_closed(town, target)
    try:
        home = town.ledger_of(target).snapshot()
        other, edges = home.from_index(target), snapshot.from_index(bead).dependencies
    except RefusedError:
        return True
    when = next(each.when for each in edges if each.on == target and each.type == kind)
    if kind == DependencyType.MERGE_BLOCKS:
        return not getattr(other, "landed", "")
    if kind == DependencyType.CONDITIONAL_BLOCKS:
        good = (Outcome.SUCCESS, Outcome.NO_CHANGES) if when == Outcome.SUCCESS else (when,)
        return getattr(other, "outcome", "") not in (good if when else (Outcome.FAILURE,))
    ended = [status in DONE for status in members.children(home, target)]
    return bool(ended) and not (any(ended) if when else all(ended))


def every(town: Town, rigs: list[Rig | None], *, closed: bool) -> list[View]:
    """Return the molecules of the given ledgers; the closed ones too if asked."""
    found = []
    for rig in rigs:
        snapshot = town.ledger_at(rig).snapshot()
        for row in snapshot.rows(type=WorkType.MOLECULE):
            open_one = row.status not in (BeadStatus.CLOSED, "tombstone")
            if "." not in row.id and not row.error and (closed or open_one):
                found.append(view(town, BeadId(row.id)))
    return found


def mine(town: Town, rigs: list[Rig | None], address: str) -> list[View]:
    """Return the open molecules of *address*.

    That is: assigned to them, with a step of theirs, or made by them and nobody's.
    """
    found = every(town, rigs, closed=False)
    return [each for each in found if _is_of(each, address)]


def _is_of(seen: View, address: str) -> bool:
    root = seen.root
    if root.assignee:
        return root.assignee == address
    if any(each.assignee == address and not each.is_done for each in seen.survey.steps):
        return True
    return root.created_by == address
