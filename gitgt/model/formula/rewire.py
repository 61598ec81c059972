"""Changes to a list of steps that keep its edges whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from gitgt.model.formula.form import Step, walk

Steps = tuple[Step, ...]


def mapped(steps: Steps, change: Callable[[Step], Sequence[Step]]) -> Steps:
    """Return *steps*, at every depth, each with what *change* puts in its place."""
    found: list[Step] = []
    for step in steps:
        for each in change(step):
            children = mapped(each.children, change) if each.children else ()
            found.append(each.replace(children=children) if children else each)
    return tuple(found)


def renamed(steps: Steps, names: Mapping[str, str]) -> Steps:
    """Return *steps* with their ids and needs under their new names."""
    return tuple(
        step.replace(
            id=names.get(step.id, step.id),
            needs=tuple(names.get(each, each) for each in step.needs),
            waits_for=_waits(step.waits_for, names),
            children=renamed(step.children, names),
        )
        for step in steps
    )


def _waits(text: str, names: Mapping[str, str]) -> str:
    if text.startswith("children-of(") and text.endswith(")"):
        inner = text[len("children-of(") : -1]
        return f"children-of({names.get(inner, inner)})"
    return text


def redirected(steps: Steps, ends: Mapping[str, Sequence[str]]) -> Steps:
    """Return *steps* so that who needed a key of *ends* needs its values."""
    return tuple(
        step.replace(
            needs=tuple(
                dict.fromkeys(new for old in step.needs for new in ends.get(old, (old,)))
            ),
            children=redirected(step.children, ends),
        )
        for step in steps
    )


def without(steps: Steps, gone: Iterable[str]) -> Steps:
    """Return *steps* less those called so; who needed them needs what they needed."""
    names = set(gone)
    needs = {step.id: step.needs for step in walk(steps) if step.id in names}

    def kept(name: str, seen: frozenset[str] = frozenset()) -> list[str]:
        if name not in needs or name in seen:
            return [] if name in seen else [name]
        return [each for need in needs[name] for each in kept(need, seen | {name})]

    left = mapped(steps, lambda step: () if step.id in names else (step,))
    return redirected(left, {name: kept(name) for name in names})


def sources(steps: Steps) -> list[str]:
    """Return the steps that need none of the others."""
    names = {step.id for step in walk(steps)}
    return [step.id for step in steps if not names & set(step.needs)]


def sinks(steps: Steps) -> list[str]:
    """Return the steps that none of the others needs."""
    needed = {each for step in walk(steps) for each in step.needs}
    return [step.id for step in steps if step.id not in needed]


def matching(steps: Steps, glob: str) -> list[Step]:
    """Return the steps whose id a glob means, at every depth."""
    return [step for step in walk(steps) if fnmatchcase(step.id, glob)]
