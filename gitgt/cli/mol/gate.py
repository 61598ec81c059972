"""``git gt mol gate``: formula gates, where molecules park; the refinery has others."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.cli.noun import Noun
from gitgt.services import reading
from gitgt.services.formula import gates

command = Noun(
    "See and open formula gates, where molecules park.",
    {
        "list": "gitgt.cli.mol.gate:every",
        "approve": "gitgt.cli.mol.gate:approve",
        "check": "gitgt.cli.mol.gate:check",
    },
    usual="list",
)


@click.command("list")
@click.option("--all", "everything", is_flag=True, help="The opened ones too.")
@context.rig_option
@output.json_option
def every(*, everything: bool, rig: str | None, as_json: bool) -> None:
    """List formula gates, and what each waits for."""
    town = context.town()
    found = gates.every(town, context.ledgers_for(town, rig), closed=everything)
    if as_json:
        output.answer_json([each.fields() for each in found])
    else:
        output.table([(g.bead.id, g.kind, g.told(), g.bead.title) for g in found])


@click.command()
@click.argument("name", metavar="ID")
@click.option("--reason", "-r", default="", help="Why it may go on.")
@output.json_option
def approve(*, name: str, reason: str, as_json: bool) -> None:
    """Open a formula gate, so that its molecule goes on; for people alone."""
    town = context.town()
    bead = reading.identify(town, name)
    opened, fresh = gates.approve(town, bead, context.me(), reason=reason)
    if as_json:
        output.answer_json({**opened.fields(), "changed": fresh})
    elif fresh:
        output.answer(f"{opened.id} is open: {output.one_line(opened.title)}")
    else:
        output.answer(f"{opened.id} was opened by {opened.closed_by} at {opened.closed_at}")
    context.after_noting(town, bead)


@click.command()
@context.rig_option
@output.json_option
def check(*, rig: str | None, as_json: bool) -> None:
    """Open the timers that have run out; the deacon does it by itself."""
    town = context.town()
    opened, _ = gates.sweep(town, context.ledgers_for(town, rig))
    if as_json:
        output.answer_json([each.fields() for each in opened])
    for each in [] if as_json else opened:
        output.answer(f"{each.id} is open: {output.one_line(each.title)}")
    for each in opened:
        context.after_noting(town, each.id)
