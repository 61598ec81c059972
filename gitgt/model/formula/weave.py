"""Advice: steps before and after those that a glob or a pointcut means."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from gitgt.errors import RefusedError
from gitgt.model.formula.expand import Library, placed
from gitgt.model.formula.form import Advice, FormulaType, Pointcut, Step
from gitgt.model.formula.rewire import mapped, redirected

Steps = tuple[Step, ...]


def woven(
    steps: Steps, advice: Iterable[Advice], pointcuts: tuple[Pointcut, ...] = ()
) -> Steps:
    """Return *steps* with all *advice* around them; advice is never advised itself."""
    added: set[str] = set()
    for each in advice:
        steps = _one(steps, each, pointcuts, added)
    return steps


def aspects(steps: Steps, names: Iterable[str], library: Library) -> Steps:
    """Return *steps* with the advice of the aspects called so.

    Raises:
        RefusedError: one of them is no aspect.
    """
    for name in names:
        formula = library(name)
        if formula.type is not FormulaType.ASPECT:
            raise RefusedError(
                f"compose.aspects: {name} is of type {formula.type}, not an aspect",
                hint="use compose.expand for an expansion, extends for a workflow",
            )
        steps = woven(steps, formula.advice, formula.pointcuts)
    return steps


def is_meant(step: Step, advice: Advice, pointcuts: tuple[Pointcut, ...]) -> bool:
    """Tell whether *advice* is about *step*."""
    if not fnmatchcase(step.id, advice.target):
        return False
    return not pointcuts or any(_cuts(step, each) for each in pointcuts)


def _cuts(step: Step, cut: Pointcut) -> bool:
    return (
        (not cut.glob or fnmatchcase(step.id, cut.glob))
        and (not cut.type or step.type == cut.type)
        and (not cut.label or cut.label in step.labels)
    )


def _one(
    steps: Steps, advice: Advice, pointcuts: tuple[Pointcut, ...], added: set[str]
) -> Steps:
    ends: dict[str, list[str]] = {}
    inner: set[str] = set()

    def change(step: Step) -> Steps:
        if step.id in added or not is_meant(step, advice, pointcuts):
            return (step,)
        before = _row(advice.before, step, "before", step.needs)
        own = step.replace(needs=(before[-1].id,)) if before else step
        after = _row(advice.after, step, "after", (step.id,))
        if after:
            ends[step.id] = [after[-1].id]
            inner.add(after[0].id)
        added.update(each.id for each in (*before, *after))
        return (*before, own, *after)

    found = mapped(steps, change)
    # Who needed the step needs what comes after it, but for that itself.
    return tuple(each for step in found for each in _kept(step, ends, inner))


def _kept(step: Step, ends: dict[str, list[str]], inner: set[str]) -> Steps:
    if step.id in inner:
        return (step,)
    return redirected((step,), ends)


def _row(said: Steps, target: Step, place: str, needs: tuple[str, ...]) -> list[Step]:
    """Return the steps that advice puts on one side of *target*, one after the other."""
    found: list[Step] = []
    words = {"{step.id}": target.id, "{step.title}": target.title or target.id}
    words |= {"{target}": target.id, "{step.description}": target.description}
    for step in said:
        each = placed(step, words)
        name = each.id if target.id in each.id else f"{target.id}.{place}.{each.id}"
        found.append(
            each.replace(id=name, needs=needs, condition=each.condition or target.condition)
        )
        needs = (name,)
    return found
