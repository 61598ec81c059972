"""How a formula's wisp is shown: with the steps that its formula has now."""

from __future__ import annotations

from gitgt.cli import output
from gitgt.cli.bar import bar
from gitgt.model.formula.form import walk
from gitgt.services import wisps
from gitgt.services.formula import vapor
from gitgt.services.formula.vapor import Vapor
from gitgt.services.town import Rig, Town

_MARKS = {"done": "[x]", "ready": "[ ]", "waiting": " . "}


def every(town: Town, rigs: list[Rig | None]) -> list[Vapor]:
    """Return the wisps of formulas."""
    found = [
        wisp for rig in rigs for wisp in wisps.at(town, rig).all().values() if wisp.formula
    ]
    return [vapor.rendered(town, each) for each in found]


def row(seen: Vapor) -> tuple[str, ...]:
    """Return a wisp as a line of a table."""
    total, done, wisp = len([*walk(seen.steps)]), len(seen.done), seen.wisp
    count = f"{done}/{total}"
    return (wisp.id, wisp.status, count, bar(done, total), wisp.assignee or "-", wisp.title)


def answer(seen: Vapor, *, as_json: bool) -> None:
    """Answer with a wisp and all its steps, as they are to be read."""
    if as_json:
        output.answer_json(seen.fields())
        return
    output.answer(f"{output.paint(seen.wisp.id, 'bold')}  {output.one_line(seen.wisp.title)}")
    output.answer(f"formula: {seen.wisp.formula} (a wisp: it is not kept)")
    if seen.problem:
        output.answer(f"steps cannot be shown: {seen.problem}")
    output.answer()
    for number, step in enumerate(walk(seen.steps), 1):
        output.answer(f"{_MARKS[seen.state(step)]} {number}. {step.id}  {step.title}")
        if seen.state(step) != "done":
            for line in step.description.split("\n") if step.description else []:
                output.answer(f"       {line}".rstrip())


def answer_current(seen: Vapor, *, as_json: bool) -> None:
    """Answer with what can be done now."""
    if as_json:
        ready = [{"step": each.id, "title": each.title} for each in seen.ready]
        output.answer_json({"id": seen.wisp.id, "formula": seen.wisp.formula, "steps": ready})
        return
    total = len([*walk(seen.steps)])
    output.answer(f"{seen.wisp.id}  {seen.wisp.title}: {len(seen.done)} of {total} steps done")
    for each in seen.ready[:1]:
        output.answer(f"next: {each.id}  {each.title}")
        for line in each.description.split("\n") if each.description else []:
            output.answer(f"  {line}".rstrip())
        output.answer(f"then: git gt mol step done {seen.wisp.id} {each.id}")
    if len(seen.done) == total > 0:
        output.answer(f"complete: git gt mol squash {seen.wisp.id} keeps a digest of it")
