"""``extends``: a formula takes over what its parents say, and says what differs."""

from __future__ import annotations

from gitgt.errors import RefusedError
from gitgt.model.formula.expand import Library
from gitgt.model.formula.form import Formula, Step, Var


def resolved(formula: Formula, library: Library, above: tuple[str, ...] = ()) -> Formula:
    """Return *formula* with all that it extends.

    Parents come first, in their order. A step with the id of an inherited one stands in its
    place, a new one follows; a variable likewise.

    Raises:
        RefusedError: it extends itself, in the end.
    """
    way = (*above, formula.name)
    if formula.name in above:
        raise RefusedError(f"extends goes in a circle: {' -> '.join(way)}")
    if not formula.extends:
        return formula
    parents = [resolved(library(name), library, way) for name in formula.extends]
    whole = parents[0]
    for parent in parents[1:]:
        whole = _over(whole, parent)
    return _over(whole, formula).replace(extends=())


def _over(old: Formula, new: Formula) -> Formula:
    """Return what *new* says, and what *old* says where *new* is silent."""
    return new.replace(
        description=new.description or old.description,
        title=new.title or old.title,
        pour=new.pour or old.pour,
        phase=new.phase or old.phase,
        agent=new.agent or old.agent,
        vars=_vars(old.vars, new.vars),
        steps=_steps(old.steps, new.steps),
        template=_steps(old.template, new.template),
        legs=tuple({each.id: each for each in (*old.legs, *new.legs)}.values()),
        synthesis=new.synthesis or old.synthesis,
        presets={**old.presets, **new.presets},
        prompts={**old.prompts, **new.prompts},
        output={**old.output, **new.output},
        aspects=old.aspects + new.aspects,
        compose=old.compose + new.compose,
        advice=old.advice + new.advice,
        pointcuts=old.pointcuts + new.pointcuts,
    )


def _steps(old: tuple[Step, ...], new: tuple[Step, ...]) -> tuple[Step, ...]:
    return tuple({each.id: each for each in (*old, *new)}.values())


def _vars(old: tuple[Var, ...], new: tuple[Var, ...]) -> tuple[Var, ...]:
    return tuple({each.name: each for each in (*old, *new)}.values())
