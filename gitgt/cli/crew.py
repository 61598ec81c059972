"""``git gt crew``: people's own worktrees."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.cli.noun import Noun

command = Noun(
    "Give people worktrees of their own.",
    {"add": "gitgt.cli.crew:add", "list": "gitgt.cli.crew:show_all"},
    usual="list",
)


@click.command()
@click.argument("name")
@click.option("--rig", metavar="RIG", help="The rig; otherwise the one that we stand in.")
@output.json_option
def add(*, name: str, rig: str | None, as_json: bool) -> None:
    """Give a person a worktree of a rig."""
    from gitgt.services import crew

    town = context.town()
    path, fresh = crew.add(town, context.rig_for(town, rig), name, context.me())
    if as_json:
        output.answer_json({"name": name, "path": str(path), "changed": fresh})
    elif fresh:
        output.answer(f"{name} has the worktree {path}, on the branch crew/{name}")
    else:
        output.answer(f"nothing changed: {name} has the worktree {path}")


@click.command("list")
@click.option("--rig", metavar="RIG", help="Only this rig's.")
@output.json_option
def show_all(*, rig: str | None, as_json: bool) -> None:
    """List the people who have a worktree."""
    from gitgt.cli.agents import answer

    answer(rig, role="crew", as_json=as_json)
