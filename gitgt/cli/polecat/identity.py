"""``git gt polecat identity``: what lasts of a polecat."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.cli.noun import Noun

command = Noun(
    "See, make and change what lasts of polecats.",
    {
        "list": "gitgt.cli.polecat.identity:show_all",
        "show": "gitgt.cli.cv:command",
        "add": "gitgt.cli.polecat.identity:add",
        "rename": "gitgt.cli.polecat.identity:rename",
        "remove": "gitgt.cli.polecat.identity:remove",
    },
    usual="list",
)


@click.command("list")
@click.argument("rig", required=False)
@click.option("--all", "every", is_flag=True, help="Also those that have retired.")
@output.json_option
def show_all(*, rig: str | None, every: bool, as_json: bool) -> None:
    """List identities of polecats."""
    from gitgt.services.agents import polecats

    town = context.town()
    where = context.rig_for(town, rig, option=False)
    found = polecats.every(town, where, retired=every)
    if as_json:
        output.answer_json([each.fields() for each in found])
    else:
        rows = [(each.address, each.status, each.created_at, each.reason) for each in found]
        output.table(rows, head=("address", "status", "since", ""))


@click.command()
@click.argument("rig")
@click.argument("name", required=False, default="")
@output.json_option
def add(*, rig: str, name: str, as_json: bool) -> None:
    """Make a polecat, by its name or the next one of the pool."""
    from gitgt.services.agents import polecats

    town = context.town()
    address = polecats.add(town, town.rig(rig), name, context.me())
    if as_json:
        output.answer_json({"address": address})
    else:
        output.answer(f"{address} is a polecat")


@click.command()
@click.argument("address", metavar="RIG/NAME")
@click.argument("new")
@output.json_option
def rename(*, address: str, new: str, as_json: bool) -> None:
    """Give a polecat another name; what it has done goes along."""
    from gitgt.services.agents import polecats

    town = context.town()
    rig, agent = polecats.find(town, address)
    made = polecats.rename(town, rig, agent, new, context.me())
    if as_json:
        output.answer_json({"address": made})
    else:
        output.answer(f"{agent.address} goes by the name of {made}")


@click.command()
@click.argument("address", metavar="RIG/NAME")
@click.option("--reason", "-r", default="retired", help="Why.")
@output.json_option
def remove(*, address: str, reason: str, as_json: bool) -> None:
    """Let a polecat retire: it is given no work any more; what it has done is kept."""
    from gitgt.services.agents import polecats

    town = context.town()
    rig, agent = polecats.find(town, address)
    polecats.retire(town, rig, agent, context.me(), reason=reason)
    if as_json:
        output.answer_json({"address": agent.address})
    else:
        output.answer(f"{agent.address} has retired")
