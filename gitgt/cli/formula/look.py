"""``git gt formula list`` and ``show``."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.cli.formula import given as common
from gitgt.errors import GtError
from gitgt.model.formula.cook import Cooked
from gitgt.model.formula.form import Severity, Step, Var
from gitgt.model.wording import fit_line
from gitgt.services.formula.library import Formulas, Place


@click.command("list")
@click.option("--type", "-t", "kind", help="Only those of this type.")
@context.rig_option
@output.json_option
def every(*, kind: str | None, rig: str | None, as_json: bool) -> None:
    """List the formulas that are to be had here, and where each comes from.

    One that lies in the rig hides the town's of the same name, that a user's, that a built-in.
    """
    known = common.formulas(rig)
    found = [_line(known, place) for place in known.every()]
    found = [each for each in found if kind in (None, each["type"])]
    if as_json:
        output.answer_json(found)
    else:
        output.table(
            [(each["name"], each["type"], each["tier"], each["about"]) for each in found],
            head=("name", "type", "tier", "about"),
        )


def _line(known: Formulas, place: Place) -> dict[str, str]:
    try:
        formula = known.load(place.name).formula
        kind, about = str(formula.type), fit_line(formula.description, longest=64)
    except GtError as error:
        kind, about = "-", f"cannot be read: {error.message}"
    return {
        "name": place.name, "type": kind, "tier": place.tier, "about": about,
        "path": str(place.path),
    }  # fmt: skip


@click.command()
@click.argument("name")
@common.var_option
@context.rig_option
@output.json_option
def show(*, name: str, given: tuple[str, ...], rig: str | None, as_json: bool) -> None:
    """Show a formula with all that it takes over: variables, steps, what waits for what."""
    known = common.formulas(rig)
    loaded = known.load(name)
    cooked = known.cook(name, common.values(given))
    common.say_findings(cooked.name, cooked.findings)
    if as_json:
        place = {"path": str(loaded.place.path), "tier": loaded.place.tier}
        output.answer_json({**cooked.fields(), **place})
        return
    output.answer(f"{output.paint(cooked.name, 'bold')}  {cooked.type}  {loaded.place.tier}")
    if cooked.description:
        output.answer(cooked.description)
    _answer_parts(cooked)
    ignored = [each for each in loaded.findings if each.severity is Severity.IGNORED]
    for each in ignored:
        output.answer(f"ignored: {each.where}: {each.what}")


def _answer_parts(cooked: Cooked) -> None:
    if cooked.vars:
        output.answer()
        output.table([_var(var) for var in cooked.vars])
    output.answer()
    for leg in (*cooked.legs, *filter(None, [cooked.synthesis])):
        output.answer(f"{leg.id}  {leg.title}{_after(leg.needs)}")
    for advice in cooked.advice:
        for word, steps in (("before", advice.before), ("after", advice.after)):
            for step in steps:
                output.answer(f"{word} {advice.target}: {step.title}")
    for step in cooked.steps:
        for line in _lines(step, ""):
            output.answer(line)


def _var(var: Var) -> tuple[str, str, str]:
    default = "-" if var.default is None else f"= {var.default}"
    what = "required" if var.required else default
    if var.unless and var.default is None:
        what = f"required unless {' or '.join(var.unless)}"
    return var.name, what, var.description


def _lines(step: Step, indent: str) -> list[str]:
    found = [f"{indent}{step.id}  {step.title}{_after(step.needs)}{_gate(step)}"]
    for child in step.children:
        found += _lines(child, f"{indent}  ")
    return found


def _gate(step: Step) -> str:
    if step.gate is None:
        return ""
    return (
        f"  [{' '.join(filter(None, (step.gate.type, step.gate.timeout, step.gate.awaits)))}]"
    )


def _after(needs: tuple[str, ...]) -> str:
    return f"  (after {', '.join(needs)})" if needs else ""
