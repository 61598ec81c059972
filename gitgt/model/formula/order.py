"""Who waits for whom among steps: circles, the order, what can be done at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gitgt.errors import RefusedError
from gitgt.model.formula.form import Step, walk


def check_order(steps: tuple[Step, ...]) -> None:
    """Check that steps have different names, need known ones, and do not wait in a circle.

    Raises:
        RefusedError: something of that is not so.
    """
    known: dict[str, Step] = {}
    for step in walk(steps):
        if step.id in known:
            raise RefusedError(f"{step.where}: two steps are called {step.id}")
        known[step.id] = step
    for step in known.values():
        for need in step.needs:
            if need not in known:
                raise RefusedError(
                    f"{step.where}.needs: {step.id} needs {need}, which is no step",
                    hint=f"steps: {', '.join(known)}"[:300],
                )
    circle = circle_in(edges_of(steps))
    if circle:
        raise RefusedError(f"steps wait for each other: {' -> '.join(circle)}")


def edges_of(steps: Iterable[Step]) -> dict[str, list[str]]:
    """Return what each step waits for: what it needs, and a parent for its children."""
    found: dict[str, list[str]] = {}
    for step in steps:
        found.setdefault(step.id, []).extend(step.needs)
        for child in step.children:
            # A child begins no earlier than its parent, and the parent ends after it.
            found.setdefault(child.id, []).extend(step.needs)
            found[step.id].append(child.id)
        found.update(
            {
                key: [*found.get(key, []), *value]
                for key, value in edges_of(step.children).items()
            }
        )
    return found


def circle_in(edges: Mapping[str, Iterable[str]]) -> list[str]:
    """Return a circle among *edges*, from a step back to it; empty if there is none."""
    done: set[str] = set()
    for start in edges:
        way: list[str] = []
        stack = [(start, iter(edges.get(start, ())))]
        on_way = {start} if start not in done else set()
        if not on_way:
            continue
        way.append(start)
        while stack:
            at, rest = stack[-1]
            step = next((each for each in rest if each not in done), None)
            if step is None:
                stack.pop()
                way.pop()
                on_way.discard(at)
                done.add(at)
            elif step in on_way:
                return [*way[way.index(step) :], step]
            else:
                way.append(step)
                on_way.add(step)
                stack.append((step, iter(edges.get(step, ()))))
    return []


def waves(steps: tuple[Step, ...]) -> list[list[str]]:
    """Return the steps in waves: each can begin when those before it are done."""
    edges = edges_of(steps)
    left = {name: set(needs) for name, needs in edges.items()}
    found: list[list[str]] = []
    while left:
        free = [name for name, needs in left.items() if not needs & left.keys()]
        if not free:
            break
        found.append(free)
        for name in free:
            del left[name]
    return found
