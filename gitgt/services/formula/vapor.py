"""Formulas as wisps: one wisp for the whole, its steps read from the formula when it is shown.

What is done is a list in the wisp: a checkpoint that costs no history. A formula gate is a bead
that somebody opens, so a wisp has none: what has gates is poured.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitgt.errors import GtError, NotFoundError, RefusedError
from gitgt.model import wisp as rules
from gitgt.model.actor import Actor
from gitgt.model.documents import Bead, WorkType
from gitgt.model.formula.cook import Cooked
from gitgt.model.formula.form import Step, walk
from gitgt.model.wisp import WispKind
from gitgt.services import wisps
from gitgt.services.formula.library import Formulas
from gitgt.services.formula.molecules import check_pourable
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Vapor:
    """A wisp of a formula, and the steps that the formula has now, or why it cannot say."""

    wisp: Bead
    steps: tuple[Step, ...]
    problem: str = ""

    @property
    def done(self) -> tuple[str, ...]:
        """The steps that are done."""
        known = {step.id for step in walk(self.steps)}
        return tuple(each for each in rules.done_of(self.wisp) if each in known or not known)

    def state(self, step: Step) -> str:
        """Return how a step stands."""
        done = set(rules.done_of(self.wisp))
        if step.id in done:
            return "done"
        return "waiting" if set(step.needs) - done or step.id in self.gated else "ready"

    @property
    def gated(self) -> set[str]:
        """The steps behind a formula gate, which the formula got later: the wisp has none."""
        return {each.id for step in _gated(self.steps) for each in walk((step,))}

    @property
    def ready(self) -> list[Step]:
        """The steps that can be done now."""
        return [step for step in walk(self.steps) if self.state(step) == "ready"]

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        steps = [
            {"step": step.id, "title": step.title, "state": self.state(step)}
            for step in walk(self.steps)
        ]
        return {
            **self.wisp.fields(),
            "steps": steps,
            "total": len(steps),
            "done": len(self.done),
        }


def _gated(steps: tuple[Step, ...]) -> list[Step]:
    return [step for step in walk(steps) if step.gate is not None]


def create(
    town: Town, rig: Rig | None, cooked: Cooked, who: Actor, *, assignee: str = "",
    kind: WispKind = WispKind.MOLECULE,
) -> Bead:  # fmt: skip
    """Make a wisp of a formula.

    Raises:
        RefusedError: it has formula gates, or cannot be poured either.
    """
    check_pourable(cooked)
    for step in _gated(cooked.steps):
        raise RefusedError(
            f"{step.id} of {cooked.name} waits at a formula gate, and a wisp has none",
            hint=f"git gt mol pour {cooked.name}",
        )
    known = {name: value for name, value in cooked.values.items() if value}
    fields = {
        "type": WorkType.MOLECULE, "formula": cooked.name, "assignee": assignee,
        "description": cooked.description, "ext": {"vars": known} if known else {},
    }  # fmt: skip
    return wisps.create(town, rig, who, cooked.title, kind, fields)


def view(town: Town, name: str) -> Vapor:
    """Return the wisp *name* with its formula's steps."""
    return rendered(town, wisps.of(town, name).get(name))


def rendered(town: Town, wisp: Bead) -> Vapor:
    """Return *wisp* with the steps of its formula as that stands now."""
    if not wisp.formula:
        return Vapor(wisp, ())
    try:
        cooked = cooked_of(town, wisp)
    except GtError as error:
        return Vapor(wisp, (), error.message)
    return Vapor(wisp, cooked.steps)


def cooked_of(town: Town, wisp: Bead) -> Cooked:
    """Return the formula of *wisp* as it stands now, cooked with the wisp's values.

    Raises:
        GtError: it is not there any more, or cannot be cooked.
    """
    formulas = Formulas(town, town.rig_of(wisp.id))
    said = wisp.ext.get("vars", {})
    return formulas.cook(wisp.formula, _still_known(formulas, wisp.formula, said))


def _still_known(formulas: Formulas, name: str, said: Mapping[str, Any]) -> dict[str, str]:
    """Return the values whose variables the formula still has."""
    known = {var.name for var in formulas.cook(name, {}).vars}
    return {key: str(value) for key, value in said.items() if key in known}


def step_done(town: Town, name: str, step: str, who: Actor) -> tuple[Vapor, bool]:
    """Note that a step is done; return the wisp, and whether it was not before.

    Raises:
        RefusedError: the step waits for others, or at a formula gate.
    """
    seen = view(town, name)
    found = next((each for each in walk(seen.steps) if each.id == step), None)
    if found is None:
        known = ", ".join(each.id for each in walk(seen.steps))
        raise NotFoundError(
            f"{seen.wisp.id} has no step {step!r}", hint=f"steps: {known}"[:300]
        )
    if step in seen.gated:
        raise RefusedError(
            f"{step} waits at a formula gate, and a wisp has none",
            hint=f"git gt wisp promote {seen.wisp.id}: a molecule has",
        )
    fresh = False

    def decide(present: Mapping[str, Bead]) -> Mapping[str, Bead] | None:
        nonlocal fresh
        old = present.get(seen.wisp.id)
        if old is None:
            raise NotFoundError(f"there is no wisp {seen.wisp.id} any more")
        done = rules.done_of(old)
        fresh = step not in done
        waits = [each for each in found.needs if each not in done]
        if waits:
            raise RefusedError(f"{step} waits for {', '.join(waits)}")
        if not fresh:
            return None
        return {old.id: rules.touched(old, town.now(), done=[*done, step])}

    after = wisps.of(town, name).transact(decide, who)
    return Vapor(after[seen.wisp.id], seen.steps), fresh


def checklist(seen: Vapor) -> list[str]:
    """Return the steps as lines, for a digest."""
    return [f"- [{'x' if seen.state(each) == 'done' else ' '}] {each.title or each.id}"
            for each in walk(seen.steps)]  # fmt: skip
