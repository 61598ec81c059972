"""Makes steps out of tables: those of a workflow, of a template, of a loop, of advice."""

from __future__ import annotations

from typing import Final

from gitgt.model.formula.form import FormulaGate, Loop, OnComplete, Step
from gitgt.model.formula.table import Table

_SILENT: Final = {
    "metadata": "say it in notes or labels",
    "model": "which agent a step gets is the town's to say",
    "provider": "which agent a step gets is the town's to say",
    "min_mmlu": "which agent a step gets is the town's to say",
    "min_swe": "which agent a step gets is the town's to say",
    "requires": "which agent a step gets is the town's to say",
    "access_type": "which agent a step gets is the town's to say",
    "max_cost": "which agent a step gets is the town's to say",
}


def steps_from(table: Table, key: str) -> tuple[Step, ...]:
    """Return the steps of the list called *key*."""
    return tuple(_step(each) for each in table.tables(key))


def _step(table: Table) -> Step:
    name = table.text("id")
    if not name:
        table.complain("id", "a step needs an id", 'id = "build"')
    for key, why in _SILENT.items():
        if key in table:
            table.ignore(key, why)
    found = Step(
        id=name,
        title=table.text("title"),
        description=table.text("description").strip(),
        notes=table.text("notes").strip(),
        acceptance=table.text("acceptance").strip(),
        type=table.text("type"),
        priority=_priority(table),
        labels=table.names("labels"),
        needs=tuple(dict.fromkeys((*table.names("depends_on"), *table.names("needs")))),
        waits_for=table.text("waits_for"),
        assignee=table.text("assignee"),
        condition=table.text("condition"),
        expand=table.text("expand"),
        expand_vars=table.texts("expand_vars"),
        children=steps_from(table, "children"),
        gate=_gate(table),
        loop=_loop(table),
        on_complete=_on_complete(table),
        interactive=table.flag("interactive"),
        parallel=table.flag("parallel"),
        where=table.where,
    )
    table.finish()
    return found


def _priority(table: Table) -> int | None:
    found = table.number("priority")
    if found is not None and found not in range(5):
        table.complain("priority", "priorities go from 0 to 4", "priority = 2")
        return None
    return found


def _gate(table: Table) -> FormulaGate | None:
    inner = table.table("gate")
    if inner is None:
        return None
    awaits = inner.text("await_id") or inner.text("id") or inner.text("condition")
    found = FormulaGate(inner.text("type"), awaits, inner.text("timeout"))
    inner.taken |= {"id", "await_id", "condition"}
    if not found.type:
        inner.complain("type", "a formula gate needs a type", 'type = "human"')
    inner.finish()
    return found


def _loop(table: Table) -> Loop | None:
    inner = table.table("loop")
    if inner is None:
        return None
    found = Loop(
        steps_from(inner, "body"), inner.text("count"), inner.text("range"),
        inner.text("until"), inner.text("max"), inner.text("var"),
    )  # fmt: skip
    if sum(map(bool, (found.count, found.range, found.until))) != 1:
        inner.complain("", "a loop has one of: count, range, until", "count = 3")
    if found.until and not found.max:
        inner.complain("max", "a loop with until needs max", "max = 5")
    if not found.body:
        inner.complain("body", "a loop repeats something", f"[[{inner.where}.body]]")
    inner.finish()
    return found


def _on_complete(table: Table) -> OnComplete | None:
    inner = table.table("on_complete")
    if inner is None:
        return None
    inner.flag("parallel")
    found = OnComplete(
        inner.text("bond"), inner.text("for_each"), inner.texts("vars"),
        inner.flag("sequential"),
    )  # fmt: skip
    if not found.bond:
        inner.complain("bond", "which formula is to be poured?", 'bond = "my-formula"')
    inner.finish()
    return found
