"""Cooks a formula: all that it refers to is brought together, and what is left are steps.

The order is Gas Town's: what it extends, loops, branches, guards, its own advice, expansions,
aspects, what its hooks attach, conditions, overlays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from gitgt.errors import RefusedError
from gitgt.model.formula import values as vals
from gitgt.model.formula.condition import Condition
from gitgt.model.formula.expand import Library, composed, inline, standing_alone
from gitgt.model.formula.form import (
    Advice,
    Attach,
    BondPoint,
    Branch,
    Finding,
    Formula,
    FormulaGate,
    FormulaType,
    Guard,
    Leg,
    Severity,
    Step,
    Var,
    walk,
)
from gitgt.model.formula.inherit import resolved
from gitgt.model.formula.loops import unrolled
from gitgt.model.formula.order import check_order
from gitgt.model.formula.overlay import Override, laid_over
from gitgt.model.formula.plain import plain_leg, plain_step
from gitgt.model.formula.prompts import prompted, unknown
from gitgt.model.formula.rewire import mapped, redirected, renamed, sinks, sources, without
from gitgt.model.formula.weave import aspects, woven
from gitgt.values import dataclass

Steps = tuple[Step, ...]
_DONE: Final = re.compile(
    r"""\s*(?P<step>[\w.-]+)\.status\s*==\s*['"](?:complete|closed)['"]\s*"""
)


@dataclass(frozen=True, slots=True)
class Cooked:
    """A formula with nothing left to look up; ``values`` are its variables' so far."""

    name: str
    type: FormulaType
    title: str
    description: str
    version: int
    pour: bool
    steps: Steps
    vars: tuple[Var, ...]
    values: Mapping[str, str]
    legs: tuple[Leg, ...] = ()
    synthesis: Leg | None = None
    bond_points: tuple[BondPoint, ...] = ()
    advice: tuple[Advice, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def missing(self) -> list[str]:
        """The variables without which it cannot be poured."""
        return vals.missing(self.vars, self.values)

    def fields(self) -> dict[str, Any]:
        """Return it as plain values, empty ones left out."""
        found: dict[str, Any] = {
            "formula": self.name, "type": str(self.type), "version": self.version,
            "title": self.title, "description": self.description, "pour": self.pour,
            "vars": dict(self.values), "missing": self.missing,
            "steps": [plain_step(step) for step in self.steps],
            "legs": [plain_leg(leg) for leg in self.legs],
        }  # fmt: skip
        if self.synthesis:
            found["synthesis"] = plain_leg(self.synthesis)
        return {name: value for name, value in found.items() if value not in ("", [], {})}


def cook(
    formula: Formula,
    library: Library,
    given: Mapping[str, str] | None = None,
    overrides: tuple[Override, ...] = (),
) -> Cooked:
    """Return *formula* cooked; variables that have a value are filled in.

    Raises:
        RefusedError: something that it refers to is not there, or does not fit.
    """
    whole = resolved(formula, library)
    values = vals.settle(whole.vars, given or {})
    steps, findings = laid_over(_brought_together(whole, library, values), overrides)
    check_order(steps)
    return Cooked(
        name=formula.name,
        type=whole.type,
        title=vals.fill(whole.title or _title(whole), values) or whole.name,
        description=vals.fill(whole.description, values),
        version=whole.version,
        pour=whole.pour,
        steps=tuple(vals.filled(step, values) for step in steps),
        vars=whole.vars,
        values=values,
        legs=tuple(prompted(each, whole, "base", values) for each in whole.legs),
        synthesis=whole.synthesis and prompted(whole.synthesis, whole, "synthesis", values),
        bond_points=whole.compose.bond_points,
        advice=whole.advice if whole.type is FormulaType.ASPECT else (),
        findings=(*findings, *unknown(whole, values), *_undeclared(whole, steps)),
    )


def _undeclared(formula: Formula, steps: Steps) -> Iterator[Finding]:
    """Yield what the texts speak of that is no variable, so that it stays as it is."""
    declared = {var.name for var in formula.vars}
    told = [("title", formula.title), ("description", formula.description)]
    told += [(step.where, text) for step in walk(steps) for text in vals.texts(step)]
    spoken = {name: where for where, text in reversed(told) for name in vals.places(text)}
    for name, where in reversed(spoken.items()):
        if name not in declared and formula.type is not FormulaType.CONVOY:
            yield vals.undeclared(Severity.WARNING, where, name)


def _title(formula: Formula) -> str:
    named = {var.name for var in formula.vars}
    return "{{title}}" if "title" in named else formula.name


def _brought_together(formula: Formula, library: Library, values: Mapping[str, str]) -> Steps:
    if formula.type is FormulaType.EXPANSION:
        return _that_hold(standing_alone(formula, library), values)
    rules = formula.compose
    steps = unrolled(formula.steps, values)
    for branch in rules.branches:
        steps = _branched(steps, branch)
    for guard in rules.guards:
        steps = _guarded(steps, guard)
    if formula.type is not FormulaType.ASPECT:
        steps = woven(steps, formula.advice, formula.pointcuts)
    steps = unrolled(inline(steps, library), values)
    steps = unrolled(composed(steps, rules.expand, library), values)
    steps = aspects(steps, rules.aspects, library)
    for hook in rules.hooks:
        steps = _attached(steps, hook, rules.bond_points, library, values)
    return _that_hold(steps, values)


def _that_hold(steps: Steps, values: Mapping[str, str]) -> Steps:
    gone = [
        step.id
        for step in walk(steps)
        if step.condition and not Condition.parse(step.condition).holds(values)
    ]
    return without(steps, gone)


def _needing(steps: Steps, name: str, more: tuple[str, ...], where: str) -> Steps:
    """Return *steps*, the one called *name* with more needs."""
    if name not in {step.id for step in walk(steps)}:
        raise RefusedError(f"{where}: there is no step {name!r}")
    needs = {step.id: step.needs for step in walk(steps)}[name]
    changed = tuple(dict.fromkeys((*needs, *more)))
    return mapped(
        steps, lambda step: (step.replace(needs=changed) if step.id == name else step,)
    )


def _branched(steps: Steps, rule: Branch) -> Steps:
    for name in rule.steps:
        if rule.start:
            steps = _needing(steps, name, (rule.start,), rule.where)
    return _needing(steps, rule.join, rule.steps, rule.where) if rule.join else steps


def _guarded(steps: Steps, rule: Guard) -> Steps:
    """Return *steps*, one of which waits for a condition: another step's end, or a gate."""
    done = _DONE.fullmatch(rule.condition)
    if done:
        return _needing(steps, rule.before, (done["step"],), rule.where)
    gate = FormulaGate("condition", rule.condition)
    steps = _needing(steps, rule.before, (), rule.where)
    return mapped(
        steps, lambda step: (step.replace(gate=gate) if step.id == rule.before else step,)
    )


def _attached(
    steps: Steps, hook: Attach, points: tuple[BondPoint, ...], library: Library,
    values: Mapping[str, str],
) -> Steps:  # fmt: skip
    """Return *steps* with another formula's at a bond point, if the hook's trigger is there."""
    word, _, wanted = hook.trigger.partition(":")
    seen = (
        {label for step in walk(steps) for label in step.labels}
        if word == "label"
        else {step.type or "task" for step in walk(steps)}
    )
    if word not in ("label", "type") or wanted not in seen:
        return steps
    point = next((each for each in points if each.id == hook.at), BondPoint(hook.at))
    other = resolved(library(hook.attach), library)
    own = {
        name: value for name, value in values.items() if name in {v.name for v in other.vars}
    }
    more = _brought_together(other, library, vals.settle(other.vars, own))
    more = renamed(more, {step.id: f"{hook.attach}.{step.id}" for step in walk(more)})
    return _put_in(steps, more, point)


def _put_in(steps: Steps, more: Steps, point: BondPoint) -> Steps:
    first, last = set(sources(more)), sinks(more)
    start = (point.after,) if point.after else ()
    more = tuple(
        each.replace(needs=(*each.needs, *start)) if each.id in first else each for each in more
    )
    if point.before:
        steps = _needing(steps, point.before, tuple(last), point.where)
    elif point.after and not point.parallel:
        steps = redirected(steps, {point.after: [point.after, *last]})
    return (*steps, *more)
