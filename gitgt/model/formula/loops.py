"""Loops, written out: ``{i}`` and sums with it become numbers, one iteration needs the last.

The steps are called ``<loop>.iter<N>.<step>``, or as their id says where it speaks of the
loop's variable, which makes a long row of steps readable.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from gitgt.errors import RefusedError
from gitgt.model.formula.arithmetic import number
from gitgt.model.formula.form import Loop, Step
from gitgt.model.formula.rewire import mapped, redirected, renamed, sinks, sources
from gitgt.model.formula.values import fill

Steps = tuple[Step, ...]
MOST: Final = 20_000  # steps that one loop may make
_SUM: Final = re.compile(r"(?<!\{)\{(?P<sum>[^{}\n]{1,80})\}(?!\})")
_DEFAULT_VAR: Final = "i"


def unrolled(
    steps: Steps, values: Mapping[str, str], names: Mapping[str, int] | None = None
) -> Steps:
    """Return *steps* with every loop written out.

    Raises:
        RefusedError: how often a loop goes round cannot be told, or is too often.
    """
    ends: dict[str, list[str]] = {}

    def change(step: Step) -> Steps:
        if step.loop is None:
            return (step,)
        body, ends[step.id] = _written_out(step, step.loop, values, names or {})
        return body

    return redirected(mapped(steps, change), ends)


def _written_out(
    step: Step, loop: Loop, values: Mapping[str, str], names: Mapping[str, int]
) -> tuple[Steps, list[str]]:
    """Return the steps of all turns, and those that the last one ends with."""
    found: list[Step] = []
    last = list(step.needs)
    for count, turn in enumerate(_turns(step, loop, values, names), 1):
        inner = {**names, loop.var or _DEFAULT_VAR: turn}
        body = unrolled(_spoken(loop.body, inner), values, inner)
        body = _named(step.id, count, loop.body, body)
        first = set(sources(body))
        body = tuple(
            each.replace(needs=(*each.needs, *last)) if each.id in first else each
            for each in body
        )
        body = tuple(_inheriting(each, step, loop) for each in body)
        found += body
        last = sinks(body)
        if len(found) > MOST:
            raise RefusedError(f"{step.where or step.id}: this loop makes over {MOST} steps")
    return tuple(found), last


def _turns(
    step: Step, loop: Loop, values: Mapping[str, str], names: Mapping[str, int]
) -> range:
    try:
        if loop.range:
            low, dots, high = fill(loop.range, values).partition("..")
            if not dots:
                raise RefusedError(f"{loop.range!r} is no range", hint='range = "1..5"')
            found = range(number(low, names), number(high, names) + 1)
        elif loop.count:
            found = range(1, number(fill(loop.count, values), names) + 1)
        else:
            # Written out once: whoever does it goes round until it is so.
            found = range(1, 2)
    except RefusedError as error:
        raise RefusedError(
            f"{step.where or step.id}: {error.message}", hint=error.hint
        ) from error
    if len(found) > MOST:
        raise RefusedError(f"{step.where or step.id}: this loop goes round over {MOST} times")
    return found


def _named(loop: str, turn: int, said: Steps, body: Steps) -> Steps:
    """Return one iteration's steps under names of their own.

    A step whose id does not change from turn to turn would be there twice: it is put below
    the loop and the turn.
    """
    same = {step.id for step in said if step.loop is None}
    return renamed(
        body, {name: f"{loop}.iter{turn}.{name}" for name in same if not _SUM.search(name)}
    )


def _inheriting(each: Step, step: Step, loop: Loop) -> Step:
    """Return a step of a loop with what the loop says for all of them."""
    labels = step.labels
    if loop.until:
        labels = (*labels, f"loop:until:{loop.until}"[:100], f"loop:max:{loop.max}"[:100])
    return each.replace(
        labels=tuple(dict.fromkeys((*each.labels, *labels))),
        condition=each.condition or step.condition,
    )


def _spoken(steps: Steps, names: Mapping[str, int]) -> Steps:
    """Return *steps* with the sums in their texts as numbers."""

    def said(text: str) -> str:
        return _SUM.sub(lambda found: _sum(found, names), text) if "{" in text else text

    return tuple(
        step.replace(
            id=said(step.id),
            title=said(step.title),
            description=said(step.description),
            notes=said(step.notes),
            acceptance=said(step.acceptance),
            needs=tuple(said(each) for each in step.needs),
            expand_vars={name: said(text) for name, text in step.expand_vars.items()},
            children=_spoken(step.children, names),
        )
        for step in steps
    )


def _sum(found: re.Match[str], names: Mapping[str, int]) -> str:
    """Return a sum as a number; what is none, such as ``{target}``, stays."""
    try:
        return str(number(found["sum"], names))
    except RefusedError:
        return found[0]
