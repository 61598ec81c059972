"""What is wrong with a formula, or looks so: each finding with its place and the way out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gitgt.errors import GtError, RefusedError
from gitgt.model.formula import values as vals
from gitgt.model.formula.condition import Condition
from gitgt.model.formula.cook import Cooked, cook
from gitgt.model.formula.expand import Library
from gitgt.model.formula.form import (
    Finding,
    Formula,
    FormulaType,
    Severity,
    Step,
    Var,
    bodies,
    walk,
)
from gitgt.model.formula.inherit import resolved
from gitgt.model.formula.order import circle_in, edges_of
from gitgt.model.when import span

CONNECTED: Final = ("timer", "human")
GATES: Final = (*CONNECTED, "gh:run", "gh:pr", "mail", "bead", "condition", "conditional")
WORK_TYPES: Final = ("", "task", "bug", "feature", "chore", "epic", "decision")
_WAITS: Final = re.compile(r"all-children|any-children|children-of\((?P<step>[^()]+)\)")
_CONTENT: Final = {
    FormulaType.WORKFLOW: ("steps", "[[steps]]"),
    FormulaType.CONVOY: ("legs", "[[legs]]"),
    FormulaType.EXPANSION: ("template", "[[template]]"),
    FormulaType.ASPECT: ("advice", "[[advice]]"),
}
# Who cooks or slings fills these in, declared or not.
_GIVEN: Final = frozenset(
    {
        "issue", "feature", "title", "assignee", "rig", "base_branch", "setup_command",
        "typecheck_command", "lint_command", "test_command", "build_command",
    }
)  # fmt: skip


def lint(formula: Formula, library: Library) -> list[Finding]:
    """Return the findings about *formula*; parsing has its own."""
    try:
        whole = resolved(formula, library)
    except GtError as error:
        return [_error("extends", error.message, error.hint)]
    found = [
        *_about_content(whole),
        *_about_names(formula),
        *_about_legs(formula),
        *_about_variables(whole),
        *(finding for step in _said(whole) for finding in _about_step(step, whole)),
    ]
    if not any(each.severity is Severity.ERROR for each in found):
        known = {each.what for each in found}
        found += [each for each in _about_cooking(formula, library) if each.what not in known]
    return found


def check_steps(cooked: Cooked) -> None:
    """Check that the steps of *cooked* say nothing that no step can say.

    Raises:
        RefusedError: one does.
    """
    for step in walk(cooked.steps):
        for each in _about_work(step):
            if each.severity is Severity.ERROR:
                raise RefusedError(f"{cooked.name}: {each.where}: {each.what}", hint=each.hint)


def _error(where: str, what: str, hint: str = "") -> Finding:
    return Finding(Severity.ERROR, where, what, hint)


def _warning(where: str, what: str, hint: str = "") -> Finding:
    return Finding(Severity.WARNING, where, what, hint)


def _said(formula: Formula) -> list[Step]:
    advised = [step for each in formula.advice for step in (*each.before, *each.after)]
    return [*bodies(formula.steps), *bodies(formula.template), *advised]


def _about_content(formula: Formula) -> Iterator[Finding]:
    name, example = _CONTENT[formula.type]
    if not (getattr(formula, name) or (formula.type is FormulaType.ASPECT and formula.aspects)):
        yield _error("type", f"a formula of type {formula.type} needs {name}", example)
    for attribute, _ in _CONTENT.values():
        fits = attribute in (name, "advice")
        if getattr(formula, attribute) and not fits:
            yield _warning(attribute, f"does nothing in a formula of type {formula.type}")
    if not formula.description:
        yield _warning("description", "nothing says what it is for", 'description = "..."')


def _about_names(formula: Formula) -> Iterator[Finding]:
    for key, steps in (("steps", formula.steps), ("template", formula.template)):
        seen: set[str] = set()
        for step in bodies(steps):
            if step.id in seen:
                yield _error(
                    f"{step.where}.id", f"two steps are called {step.id!r}", "rename it"
                )
            seen.add(step.id)
        for step in bodies(steps):
            yield from _unknown_needs(step, seen, formula)
        circle = circle_in(edges_of(steps))
        if circle:
            way = " -> ".join(circle)
            yield _error(key, f"steps wait for each other: {way}", "remove one of these needs")


def _about_legs(formula: Formula) -> Iterator[Finding]:
    legs = [leg.id for leg in formula.legs]
    for leg in (*formula.legs, *filter(None, [formula.synthesis])):
        for need in leg.needs:
            if need not in legs:
                yield _error(f"{leg.where}.needs", f"there is no leg {need!r}", ", ".join(legs))
    for name, chosen in formula.presets.items():
        for each in chosen:
            if each not in legs:
                where = f"presets.{name}.legs"
                yield _error(where, f"there is no leg {each!r}", ", ".join(legs))


def _unknown_needs(step: Step, known: set[str], formula: Formula) -> Iterator[Finding]:
    if formula.extends or formula.compose.expand or formula.compose.aspects:
        return  # cooking says it: the others' steps may be meant
    for need in step.needs:
        if need not in known and "{" not in need and not _may_come(need, known):
            hint = f"steps: {', '.join(sorted(known))}"[:300]
            yield _error(f"{step.where}.needs", f"{step.id} needs {need!r}, no such step", hint)


def _may_come(need: str, known: set[str]) -> bool:
    """Tell whether a name could be one that a loop or an expansion makes."""
    return any(need.startswith(f"{name}.") for name in known)


def _about_variables(formula: Formula) -> Iterator[Finding]:
    declared = {var.name: var for var in formula.vars}
    used = {name: where for text, where in _texts(formula) for name in vals.places(text)}
    for name, where in used.items():
        if name not in declared:
            lenient = name in _GIVEN or formula.type is FormulaType.CONVOY
            yield vals.undeclared(Severity.WARNING if lenient else Severity.ERROR, where, name)
    for name, var in declared.items():
        if name not in used and formula.type is not FormulaType.CONVOY:
            yield _warning(f"vars.{name}", "is used nowhere", "remove it")
        yield from _about_variable(var)
        for other in var.unless:
            if other not in declared:
                what = f"there is no variable {other!r}"
                yield _error(
                    f"vars.{name}.required_unless", what, f"variables: {', '.join(declared)}"
                )


def _texts(formula: Formula) -> Iterator[tuple[str, str]]:
    yield formula.description, "description"
    yield formula.title or ("{{title}}" if _has(formula, "title") else ""), "title"
    for step in _said(formula):
        yield from ((text, step.where) for text in vals.texts(step))
    for rule in formula.compose.expand:
        yield from ((text, rule.where) for text in rule.vars.values())


def _has(formula: Formula, name: str) -> bool:
    return any(var.name == name for var in formula.vars)


def _about_variable(var: Var) -> Iterator[Finding]:
    where = f"vars.{var.name}"
    if var.type not in vals.TYPES:
        yield _error(f"{where}.type", f"{var.type!r} is no type", " | ".join(vals.TYPES[:2]))
    try:
        re.compile(var.pattern)
    except re.error as error:
        yield _error(f"{where}.pattern", f"is no regular expression: {error}")
        return
    if var.default:
        try:
            vals.check(var, var.default)
        except RefusedError as error:
            yield _error(f"{where}.default", error.message, error.hint)


def _about_step(step: Step, formula: Formula) -> Iterator[Finding]:
    if not step.title and not step.loop:
        yield _warning(step.where, f"{step.id} has no title", 'title = "..."')
    if step.condition:
        yield from _about_condition(step, formula)
    yield from _about_work(step)


def _about_work(step: Step) -> Iterator[Finding]:
    if step.type not in WORK_TYPES:
        yield _error(f"{step.where}.type", f"{step.type!r} is no type of work", "type = task")
    if step.waits_for and not _WAITS.fullmatch(step.waits_for):
        hint = "all-children | any-children | children-of(STEP)"
        yield _error(f"{step.where}.waits_for", f"{step.waits_for!r} says nothing", hint)
    if step.gate is not None:
        yield from _about_gate(step)


def _about_condition(step: Step, formula: Formula) -> Iterator[Finding]:
    where = f"{step.where}.condition"
    try:
        condition = Condition.parse(step.condition)
    except RefusedError as error:
        yield _error(where, error.message, error.hint)
        return
    var = next((var for var in formula.vars if var.name == condition.name), None)
    if var is None or not var.enum or condition.value is None:
        return
    if condition.value not in var.enum:
        never = "always so" if condition.negated else "never so: the step is unreachable"
        hint = f"{var.name} is one of: {', '.join(var.enum)}"
        yield _warning(where, f"{step.condition} is {never}", hint)


def _about_gate(step: Step) -> Iterator[Finding]:
    assert step.gate is not None
    where, gate = f"{step.where}.gate", step.gate
    if gate.type not in GATES:
        yield _error(f"{where}.type", f"{gate.type!r} is no formula gate", " | ".join(GATES))
    elif gate.type not in CONNECTED:
        what = f"{gate.type} is not connected: the step waits until a person approves it"
        yield _warning(where, what, "git gt mol gate approve ID")
    if gate.type == "timer" and not gate.timeout:
        yield _error(f"{where}.timeout", "a timer needs a time", 'timeout = "24h"')
    if gate.timeout and "{{" not in gate.timeout and span(gate.timeout) is None:
        yield _error(f"{where}.timeout", f"{gate.timeout!r} is no time", 'timeout = "24h"')


def _about_cooking(formula: Formula, library: Library) -> Iterator[Finding]:
    """Cook it: what only the whole shows, such as the needs of what is put in."""
    try:
        yield from cook(formula, library).findings
    except GtError as error:
        where, colon, what = error.message.partition(": ")
        is_place = bool(colon) and " " not in where
        yield _error(where if is_place else "", what if is_place else error.message, error.hint)
