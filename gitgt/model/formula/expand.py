"""An expansion in the place of a step.

Its first steps need what the step needed, and whoever needed the step needs its last ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from gitgt.errors import RefusedError
from gitgt.model.formula.form import Formula, FormulaType, Replace, Step, walk
from gitgt.model.formula.rewire import mapped, matching, redirected, renamed, sinks, sources
from gitgt.model.formula.values import filled, settle

Steps = tuple[Step, ...]
Library = Callable[[str], Formula]
_DEEPEST: Final = 16


def inline(steps: Steps, library: Library, deep: int = 0) -> Steps:
    """Return *steps*, each that says ``expand`` with that expansion in its place."""
    wanted = [step for step in walk(steps) if step.expand]
    for step in wanted:
        _check_leaf(step, step.where)
        template = _template(library, step.expand, step.where, step.expand_vars, deep)
        steps = _replaced(steps, step.id, template)
    return steps


def composed(steps: Steps, rules: tuple[Replace, ...], library: Library) -> Steps:
    """Return *steps* with every rule of ``compose.expand`` and ``compose.map`` applied.

    Raises:
        RefusedError: a rule is about no step that somebody does, or its expansion is none.
    """
    for rule in rules:
        found = matching(steps, rule.target)
        if any(not step.children for step in found):  # what a glob means is the work
            found = [step for step in found if not step.children or step.id == rule.target]
        if not found:
            known = ", ".join(step.id for step in walk(steps))
            raise RefusedError(
                f"{rule.where}: no step is called {rule.target}", hint=f"steps: {known}"
            )
        for step in found:
            _check_leaf(step, rule.where)
            template = _template(library, rule.by, rule.where, rule.vars, 0)
            steps = _replaced(steps, step.id, template)
    return steps


def _check_leaf(step: Step, where: str) -> None:
    if step.children:
        below = ", ".join(child.id for child in step.children)
        raise RefusedError(
            f"{where}: {step.id} has children, which an expansion would drop",
            hint=f"expand those: {below}",
        )


def standing_alone(formula: Formula, library: Library) -> Steps:
    """Return the steps of an expansion that is cooked by itself."""
    return inline(_fitted(Step("main", "the work"), formula.template), library)


def _template(
    library: Library, name: str, where: str, given: Mapping[str, str], deep: int
) -> Steps:
    formula = library(name)
    if formula.type is not FormulaType.EXPANSION or not formula.template:
        raise RefusedError(
            f"{where}: {name} is of type {formula.type}, not an expansion",
            hint='an expansion has type = "expansion" and [[template]]',
        )
    if deep >= _DEEPEST:
        raise RefusedError(f"{where}: {name} expands into itself")
    values = settle(formula.vars, given)
    steps = tuple(filled(step, values) for step in formula.template)
    return inline(steps, library, deep + 1)


def _replaced(steps: Steps, name: str, template: Steps) -> Steps:
    ends: dict[str, list[str]] = {}

    def change(step: Step) -> Steps:
        if step.id != name or ends:
            return (step,)
        fitted = _fitted(step, template)
        ends[name] = sinks(fitted)
        return fitted

    return redirected(mapped(steps, change), ends)


def _fitted(target: Step, template: Steps) -> Steps:
    """Return a template's steps as they stand in the place of *target*."""
    spoken = tuple(_spoken(step, target) for step in template)
    names = {
        step.id: f"{target.id}.{step.id}"
        for step in walk(spoken)
        if not step.id.startswith(f"{target.id}.")
    }
    inside = renamed(spoken, names)
    first = set(sources(inside))
    return tuple(
        step.replace(
            needs=(*step.needs, *target.needs) if step.id in first else step.needs,
            labels=tuple(dict.fromkeys((*target.labels, *step.labels))),
            priority=target.priority if step.priority is None else step.priority,
            assignee=step.assignee or target.assignee,
            condition=step.condition or target.condition,
            gate=(step.gate or target.gate) if step.id in first else step.gate,
            where=step.where or target.where,
        )
        for step in inside
    )


def _spoken(step: Step, target: Step) -> Step:
    return placed(
        step,
        {
            "{target}": target.id,
            "{target.id}": target.id,
            "{target.title}": target.title or target.id,
            "{target.description}": target.description,
        },
    )


def placed(step: Step, words: Mapping[str, str]) -> Step:
    """Return *step* with each key of *words* in its texts replaced."""

    def said(text: str) -> str:
        for key, value in words.items():
            text = text.replace(key, value)
        return text

    return step.replace(
        id=said(step.id),
        title=said(step.title),
        description=said(step.description).strip(),
        notes=said(step.notes),
        acceptance=said(step.acceptance),
        needs=tuple(said(each) for each in step.needs),
        children=tuple(placed(each, words) for each in step.children),
    )
