"""``git gt directive``: what town and rigs tell those of a role."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.cli.noun import Noun
from gitgt.services.prime import told

command = Noun(
    "See what a town tells its agents.",
    {"list": "gitgt.cli.directive:every", "show": "gitgt.cli.directive:show"},
    usual="list",
)


@click.command("list")
@output.json_option
def every(*, as_json: bool) -> None:
    """List the directives that are committed, by role."""
    town = context.town()
    rigs = list(town.rigs().values())
    found = {
        each.path: (role, each)
        for role in told.roles()
        for rig in (None, *rigs)
        for each in told.directives(town, rig, role)
    }
    if as_json:
        output.answer_json(
            [
                {"role": role, "path": each.path, "text": each.text}
                for role, each in found.values()
            ]
        )
        return
    output.table((role, each.path, each.text.strip()) for role, each in found.values())


@click.command()
@click.argument("role")
@context.rig_option
def show(*, role: str, rig: str | None) -> None:
    """Show what those of a role are told, of the town and of a rig."""
    town = context.town()
    for each in told.directives(town, context.ledger_for(town, rig), role):
        output.answer(each.text.rstrip())
