"""``git gt polecat``: the agents that work by themselves."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.cli.noun import Noun

command = Noun(
    "See the agents that work by themselves.",
    {"list": "gitgt.cli.polecat:show_all", "show": "gitgt.cli.polecat:show"},
    usual="list",
)


@click.command("list")
@click.option("--rig", metavar="RIG", help="Only this rig's.")
@output.json_option
def show_all(*, rig: str | None, as_json: bool) -> None:
    """List polecats."""
    from gitgt.cli.agents import answer

    answer(rig, role="polecat", as_json=as_json)


@click.command()
@click.argument("address", metavar="RIG/NAME")
@output.json_option
def show(*, address: str, as_json: bool) -> None:
    """Show a polecat: hook, session and how that ended, worktree."""
    from gitgt.services import agents

    found = agents.find(context.town(), address).fields()
    if as_json:
        output.answer_json(found)
        return
    for name, value in found.items():
        text = " ".join(value) if isinstance(value, list) else value
        output.answer(f"{name}: {'-' if text in (None, '') else text}")
