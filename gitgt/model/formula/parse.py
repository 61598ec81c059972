"""Makes a formula out of what its TOML file says, and tells what is wrong with it.

It is lenient where Gas Town's files differ among themselves: what has no meaning here is
reported as ignored, and the rest is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gitgt.model.formula.form import (
    Advice,
    Finding,
    Formula,
    FormulaType,
    Leg,
    Pointcut,
    Var,
)
from gitgt.model.formula.parse_compose import compose_from
from gitgt.model.formula.parse_step import steps_from
from gitgt.model.formula.table import Table

# What Gas Town's files say that has no effect here, and why.
_SILENT: Final = {
    "squash": "what a squash says is chosen when it is done",
    "review_only": "what a leg may do follows from its agent",
    "created_at": "git knows",
    "source": "git knows",
}
_TELLING: Final = (
    ("legs", FormulaType.CONVOY),
    ("template", FormulaType.EXPANSION),
    ("steps", FormulaType.WORKFLOW),
    ("extends", FormulaType.WORKFLOW),
    ("advice", FormulaType.ASPECT),
    ("aspects", FormulaType.ASPECT),
)


def parse(data: Mapping[str, Any]) -> tuple[Formula, list[Finding]]:
    """Return the formula that *data*, a whole TOML file, is, and what to say about it."""
    findings: list[Finding] = []
    top = Table(data, "", findings)
    name = top.text("formula")
    if not name:
        top.complain("formula", "a formula needs a name", 'formula = "my-formula"')
    formula = Formula(
        name=name,
        type=_type(top),
        description=top.text("description").strip(),
        version=_version(top),
        title=top.text("title"),
        pour=top.flag("pour"),
        phase=top.text("phase"),
        agent=top.text("agent"),
        extends=top.names("extends"),
        vars=(*_vars(top, "vars"), *_vars(top, "inputs")),
        steps=steps_from(top, "steps"),
        template=steps_from(top, "template"),
        legs=tuple(_leg(each) for each in top.tables("legs")),
        synthesis=_synthesis(top),
        presets=_presets(top),
        prompts=top.texts("prompts"),
        output=top.texts("output"),
        aspects=tuple(_leg(each) for each in top.tables("aspects")),
        compose=compose_from(top),
        advice=tuple(_advice(each) for each in top.tables("advice")),
        pointcuts=tuple(_pointcut(each) for each in top.tables("pointcuts")),
    )
    for key, why in _SILENT.items():
        if key in top:
            top.ignore(key, why)
    if "aspects" in top:
        top.ignore("aspects", "only advice is woven in; these are notes")
    top.finish()
    return formula, findings


def _type(top: Table) -> FormulaType:
    given = top.text("type")
    if given:
        if given in [*FormulaType]:
            return FormulaType(given)
        top.complain("type", f"{given!r} is no type of formula", " | ".join(FormulaType))
    return next((kind for key, kind in _TELLING if key in top), FormulaType.WORKFLOW)


def _version(top: Table) -> int:
    version = top.number("version")
    if version is not None and version < 1:
        top.complain("version", "versions begin with 1", "version = 1")
    return version or 1


def _vars(top: Table, key: str) -> list[Var]:
    inner = top.table(key)
    if inner is None:
        return []
    found = []
    for name, value in inner.data.items():
        if isinstance(value, Mapping):
            table = inner.table(name)
            assert table is not None
            found.append(_var(name, table))
        else:
            found.append(Var(name, default=inner.text(name)))
    return found


def _var(name: str, table: Table) -> Var:
    default = table.text("default") if "default" in table else None
    required = table.flag("required")
    if "required" in table and not required and default is None:
        default = ""  # said in so many words: it may be left out
    if required and default:
        table.complain("required", "what has a default is not required", "remove one of them")
    enum = table.take("enum") or []
    if not isinstance(enum, list):
        table.complain("enum", "this is to be a list", 'enum = ["a", "b"]')
        enum = []
    found = Var(
        name, table.text("description").strip(), default, required,
        tuple(str(each) for each in enum), table.text("pattern"),
        table.text("type") or "string", table.names("required_unless"),
    )  # fmt: skip
    table.finish()
    return found


def _leg(table: Table) -> Leg:
    if "review_only" in table:
        table.ignore("review_only", _SILENT["review_only"])
    found = Leg(
        table.text("id"), table.text("title"), table.text("focus"),
        table.text("description").strip(), table.text("agent"),
        (*table.names("depends_on"), *table.names("needs")), table.where,
    )  # fmt: skip
    table.finish()
    return found


def _synthesis(top: Table) -> Leg | None:
    table = top.table("synthesis")
    if table is None:
        return None
    found = _leg(table)
    return Leg(
        found.id or "synthesis", found.title or "Synthesis", found.focus, found.description,
        found.agent, found.needs, found.where,
    )  # fmt: skip


def _presets(top: Table) -> dict[str, tuple[str, ...]]:
    inner = top.table("presets")
    if inner is None:
        return {}
    found = {}
    for name in inner.data:
        table = inner.table(name)
        if table is not None:
            table.text("description")
            found[name] = table.names("legs")
            table.finish()
    return found


def _advice(table: Table) -> Advice:
    around = table.table("around")
    before, after = steps_from(table, "before"), steps_from(table, "after")
    if around is not None:
        before = (*before, *steps_from(around, "before"))
        after = (*steps_from(around, "after"), *after)
        around.finish()
    found = Advice(table.text("target"), before, after, table.where)
    if not found.target:
        table.complain("target", "advice needs a target", 'target = "implement"')
    table.finish()
    return found


def _pointcut(table: Table) -> Pointcut:
    found = Pointcut(table.text("glob"), table.text("type"), table.text("label"))
    table.finish()
    return found
