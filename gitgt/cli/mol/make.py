"""``git gt mol pour``, ``wisp`` and ``bond``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

from gitgt.cli import context, output
from gitgt.cli.formula import given as common
from gitgt.model.formula.cook import Cooked
from gitgt.services.formula.library import Formulas

_Function = TypeVar("_Function", bound=Callable[..., object])


def _assignee(function: _Function) -> _Function:
    return click.option(
        "--assignee", "-a", default="", metavar="ADDRESS", help="Who is to do it."
    )(function)


@click.command()
@click.argument("name", metavar="FORMULA")
@common.var_option
@_assignee
@click.option("--dry-run", "-n", is_flag=True, help="Say what would be made.")
@context.rig_option
@output.json_option
def pour(
    *,
    name: str,
    given: tuple[str, ...],
    assignee: str,
    dry_run: bool,
    rig: str | None,
    as_json: bool,
) -> None:
    """Pour a formula: a molecule with a bead for each step, in one commit of the ledger."""
    from gitgt.services.formula import molecules

    town = context.town()
    known, cooked = _cooked(name, given, rig)
    if dry_run:
        molecules.check_pourable(cooked)
        _plan(cooked, as_json=as_json)
        return
    root = molecules.pour(town, known.rig, cooked, context.me(), assignee=assignee)
    seen = molecules.view(town, root.id)
    if as_json:
        output.answer_json(seen.fields())
    else:
        count = len(seen.survey.steps)
        steps = f"{count} step{'' if count == 1 else 's'}"
        output.answer(f"poured {root.id}: {output.one_line(root.title)}, {steps}")
    context.after_noting(town, root.id)


def _cooked(name: str, given: tuple[str, ...], rig: str | None) -> tuple[Formulas, Cooked]:
    known = common.formulas(rig, context.town())
    cooked = known.cook(name, common.values(given))
    common.say_findings(cooked.name, cooked.findings)
    return known, cooked


def _plan(cooked: Cooked, *, as_json: bool) -> None:
    from gitgt.model.formula.form import walk

    if as_json:
        output.answer_json(cooked.fields())
        return
    output.answer(f"{output.one_line(cooked.title)} would be poured:")
    output.table([(each.id, each.title, ", ".join(each.needs)) for each in walk(cooked.steps)])


@click.command()
@click.argument("name", metavar="FORMULA")
@common.var_option
@_assignee
@context.rig_option
@output.json_option
def wisp(
    *, name: str, given: tuple[str, ...], assignee: str, rig: str | None, as_json: bool
) -> None:
    """Make a wisp of a formula: one passing bead, its steps shown from the formula."""
    from gitgt.services.formula import vapor

    town = context.town()
    known, cooked = _cooked(name, given, rig)
    made = vapor.create(town, known.rig, cooked, context.me(), assignee=assignee)
    if as_json:
        output.answer_json(vapor.rendered(town, made).fields())
    else:
        output.answer(f"{made.id} is a wisp of {cooked.name}: {output.one_line(made.title)}")


@click.command()
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@click.option(
    "--type",
    "-t",
    "kind",
    type=click.Choice(["sequential", "parallel", "conditional"]),
    default="sequential",
    show_default=True,
    help="B after A, beside it, or only if A fails.",
)
@click.option("--at", default="", metavar="STEP", help="A step or bond point of A.")
@click.option("--ref", default="", help="What B is called, as a label.")
@common.var_option
@context.rig_option
@output.json_option
def bond(
    *,
    one: str,
    other: str,
    kind: str,
    at: str,
    ref: str,
    given: tuple[str, ...],
    rig: str | None,
    as_json: bool,
) -> None:
    """Tie B to A, each a molecule or a formula that is poured by it, in one commit."""
    from gitgt.services.formula import bond as bonds

    town = context.town()
    wanted = bonds.Wanted(
        one, other, bonds.BondType(kind), at=at, ref=ref, values=common.values(given)
    )
    made = bonds.bond(town, context.ledger_for(town, rig), wanted, context.me())
    if as_json:
        output.answer_json({"one": made.one, "other": made.other, "type": str(made.type)})
    else:
        words = {
            "sequential": "follows",
            "parallel": "goes beside",
            "conditional": "stands in for",
        }
        output.answer(f"{made.other} {words[kind]} {made.one}")
    context.after_noting(town, made.one)
