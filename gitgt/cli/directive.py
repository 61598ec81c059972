"""``git gt directive``: what town and rigs tell those of a role."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.cli.noun import Noun
from gitgt.services.prime import told

command = Noun(
    "See and write what agents are told.",
    {
        "list": "gitgt.cli.directive:every",
        "show": "gitgt.cli.directive:show",
        "edit": "gitgt.cli.directive:change",
    },
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


@click.command("edit")
@click.argument("role")
@click.option("--rig", metavar="RIG", help="Of this rig alone; else of all the town.")
@click.option("--town", "whole", is_flag=True, help="Of all the town, which is usual.")
@click.option("--message", "-m", help="The whole text; without it your editor opens.")
@output.json_option
def change(
    *, role: str, rig: str | None, whole: bool, message: str | None, as_json: bool
) -> None:  # fmt: skip
    """Write what those of a role are told, and commit it. An empty text takes it away."""
    from gitgt.cli import editor

    if rig and whole:
        raise click.UsageError("--rig or --town")
    town = context.town()
    who = context.person("directives are")
    where = town.rig(rig) if rig else None
    path = told.paths(where, role)[-1]
    old = (each.text for each in told.directives(town, where, role) if each.path == path)
    editor.settle(
        town, path, message, before=lambda: next(old, ""),
        write=lambda text: told.write(town, where, role, text, who), as_json=as_json,
    )  # fmt: skip
