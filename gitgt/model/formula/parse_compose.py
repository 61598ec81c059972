"""Makes the rules of composition out of the table ``[compose]``."""

from __future__ import annotations

from gitgt.model.formula.form import Attach, BondPoint, Branch, Compose, Guard, Replace
from gitgt.model.formula.table import Table


def compose_from(top: Table) -> Compose:
    """Return how the formula is put together with others."""
    table = top.table("compose")
    if table is None:
        return Compose()
    found = Compose(
        expand=tuple(
            [_replace(each, "target") for each in table.tables("expand")]
            + [_replace(each, "select") for each in table.tables("map")]
        ),
        branches=tuple(_branch(each) for each in table.tables("branch")),
        guards=tuple(_guard(each) for each in table.tables("gate")),
        hooks=tuple(_hook(each) for each in table.tables("hooks")),
        bond_points=tuple(_bond_point(each) for each in table.tables("bond_points")),
        aspects=table.names("aspects"),
    )
    table.finish()
    return found


def _replace(table: Table, key: str) -> Replace:
    found = Replace(table.text(key), table.text("with"), table.texts("vars"), table.where)
    if not (found.target and found.by):
        table.complain("", "which steps, and which expansion?", f'{key} = "...", with = "..."')
    table.finish()
    return found


def _branch(table: Table) -> Branch:
    found = Branch(table.text("from"), table.names("steps"), table.text("join"), table.where)
    if not found.steps:
        table.complain("steps", "a branch is made of steps", 'steps = ["a", "b"]')
    table.finish()
    return found


def _guard(table: Table) -> Guard:
    found = Guard(table.text("before"), table.text("condition"), table.where)
    if not (found.before and found.condition):
        table.complain("", "which step waits, and for what?", 'before = "a", condition = "..."')
    table.finish()
    return found


def _hook(table: Table) -> Attach:
    found = Attach(table.text("trigger"), table.text("attach"), table.text("at"), table.where)
    if "vars" in table:
        table.ignore("vars", "what is attached takes the variables of the whole")
    if not (found.trigger and found.attach):
        table.complain("", "when, and which formula?", 'trigger = "label:x", attach = "..."')
    table.finish()
    return found


def _bond_point(table: Table) -> BondPoint:
    table.text("description")
    found = BondPoint(
        table.text("id"), table.text("after_step"), table.text("before_step"),
        table.flag("parallel"), table.where,
    )  # fmt: skip
    if not (found.id and (found.after or found.before)):
        table.complain("", "a bond point has an id and a step", 'after_step = "implement"')
    table.finish()
    return found
