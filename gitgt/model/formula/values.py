"""The values of a formula's variables, and the texts that they are put into."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Final

from gitgt.errors import RefusedError
from gitgt.model.formula.form import Finding, Severity, Step, Var

# Gas Town's prompts write {{.name}}; ``else`` and ``end`` are words of theirs.
PLACE: Final = re.compile(
    r"\{\{-?\s*\.?(?!(?:else|end)\b)(?P<name>[A-Za-z_][A-Za-z0-9_.-]*?)\s*-?\}\}"
)
_TYPES: Final = {
    "int": r"-?\d+", "integer": r"-?\d+", "number": r"-?\d+(\.\d+)?",
    "bool": "true|false", "boolean": "true|false",
}  # fmt: skip
STRINGS: Final = ("string", "str", "text", "path", "list", "")
TYPES: Final = (*STRINGS, *_TYPES)


def settle(declared: Iterable[Var], given: Mapping[str, str]) -> dict[str, str]:
    """Return the value of each variable that has one: the given ones, then the defaults.

    Raises:
        RefusedError: a value is given to no variable, or does not fit its variable.
    """
    known = {var.name: var for var in declared}
    for name in given:
        if name not in known:
            raise _unknown(name, known)
    found: dict[str, str] = {}
    for name, var in known.items():
        value = given.get(name, var.default)
        if value is None and any(given.get(other) for other in var.unless):
            value = ""  # another stands in for it
        if value is not None:
            check(var, value)
            found[name] = value
    return found


def missing(declared: Iterable[Var], values: Mapping[str, str]) -> list[str]:
    """Return the required variables that have no value, nor is any there that excuses them."""
    return [
        var.name
        for var in declared
        if not any(values.get(other) for other in var.unless)
        and (var.name not in values or ((var.required or var.unless) and not values[var.name]))
    ]


def check_complete(name: str, declared: Iterable[Var], values: Mapping[str, str]) -> None:
    """Check that no variable of the formula *name* wants a value.

    Raises:
        RefusedError: one does; of those that excuse each other one is enough.
    """
    known = {var.name: var for var in declared}
    groups: dict[frozenset[str], list[str]] = {}
    for each in missing(known.values(), values):
        group = frozenset((each, *known[each].unless))
        groups.setdefault(group, []).append(each)
    if groups:
        wanted = ", ".join(" or ".join(group) for group in groups.values())
        hint = " ".join(f"--var {group[0]}=..." for group in groups.values())
        raise RefusedError(f"{name} needs {wanted}", hint=hint)


def check(var: Var, value: str) -> None:
    """Check that *value* fits *var*.

    Raises:
        RefusedError: it does not.
    """
    if var.enum and value not in var.enum:
        raise RefusedError(
            f"{var.name} cannot be {value!r}", hint=f"one of: {', '.join(var.enum)}"
        )
    if var.pattern and not re.fullmatch(var.pattern, value):
        raise RefusedError(f"{var.name} cannot be {value!r}", hint=f"pattern: {var.pattern}")
    rule = _TYPES.get(var.type)
    if rule and value and not re.fullmatch(rule, value):
        raise RefusedError(f"{var.name} cannot be {value!r}", hint=f"type: {var.type}")


def _unknown(name: str, known: Mapping[str, Var]) -> RefusedError:
    close = get_close_matches(name, known, n=1)
    hint = f"did you mean {close[0]}?" if close else f"variables: {', '.join(known) or 'none'}"
    return RefusedError(f"there is no variable {name!r}", hint=hint)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return *text* with ``{{name}}`` replaced where *values* knows the name."""
    if "{{" not in text:
        return text
    return PLACE.sub(lambda found: values.get(found["name"], found[0]), text)


def filled(step: Step, values: Mapping[str, str]) -> Step:
    """Return *step* with its texts filled in; its id too."""
    gate = step.gate
    if gate is not None:
        gate = type(gate)(gate.type, fill(gate.awaits, values), fill(gate.timeout, values))
    return step.replace(
        id=fill(step.id, values),
        title=fill(step.title, values),
        description=fill(step.description, values),
        notes=fill(step.notes, values),
        acceptance=fill(step.acceptance, values),
        assignee=fill(step.assignee, values),
        labels=tuple(fill(each, values) for each in step.labels),
        needs=tuple(fill(each, values) for each in step.needs),
        children=tuple(filled(each, values) for each in step.children),
        gate=gate,
    )


def places(text: str) -> list[str]:
    """Return the variables that *text* speaks of."""
    return [found["name"] for found in PLACE.finditer(text)]


def undeclared(severity: Severity, where: str, name: str) -> Finding:
    """Return the finding that a text at *where* speaks of *name*, which is no variable."""
    return Finding(
        severity, where, f"{{{{{name}}}}} is no variable", f'[vars.{name}] default = ""'
    )


def texts(step: Step) -> list[str]:
    """Return all texts of one step in which a variable may stand, without its children's."""
    found = [
        step.id, step.title, step.description, step.notes, step.acceptance, step.assignee,
        step.condition, *step.labels, *step.needs, *step.expand_vars.values(),
    ]  # fmt: skip
    if step.gate is not None:
        found += [step.gate.awaits, step.gate.timeout]
    if step.loop is not None:
        found += [step.loop.count, step.loop.range, step.loop.until, step.loop.max]
    if step.on_complete is not None:
        found += [*step.on_complete.vars.values(), step.on_complete.for_each]
    return found
