"""``git gt rig``: the projects that the town works on."""

from __future__ import annotations

from typing import Any

import click

from gitgt.cli import context, output
from gitgt.cli.noun import Noun
from gitgt.services.town import Rig

command = Noun(
    "Add projects to the town, and see how they stand.",
    {
        "add": "gitgt.cli.rig:add",
        "list": "gitgt.cli.rig:show_all",
        "status": "gitgt.cli.rig:status",
        "share": "gitgt.cli.rig:share",
    },
    usual="list",
)


@click.command()
@click.argument("name")
@click.argument("url", metavar="URL|PATH")
@click.option("--prefix", default="", help="What its beads' ids begin with.")
@click.option(
    "--branch", default="", help="The branch that work lands on, if not its default one."
)
@click.option(
    "--ledger", default="beads", show_default=True, help="The branch that holds its beads."
)
@output.json_option
def add(*, name: str, url: str, prefix: str, branch: str, ledger: str, as_json: bool) -> None:
    """Wrap a repository: its beads, its agents' worktrees, its merge queue.

    The repository itself is read and not changed.
    """
    from gitgt.services import rig as service

    wanted = service.Wanted(name, url, prefix=prefix, branch=branch, ledger=ledger)
    with output.progress(f"fetching {url}"):
        made, fresh = service.add(context.town(), wanted, context.me())
    if as_json:
        output.answer_json({**_fields(made), "changed": fresh})
    elif fresh:
        output.answer(f"{made.name} is a rig: prefix {made.prefix}, branch {made.branch}")
    else:
        output.answer(f"nothing changed: {made.name} is a rig already")


@click.command("list")
@output.json_option
def show_all(*, as_json: bool) -> None:
    """List the rigs."""
    rigs = context.town().rigs().values()
    if as_json:
        output.answer_json([_fields(rig) for rig in rigs])
    else:
        cells = ((rig.name, rig.prefix, rig.branch, rig.origin) for rig in rigs)
        output.table(cells, head=("name", "prefix", "branch", "origin"))


@click.command()
@click.argument("name", required=False)
@output.json_option
def status(*, name: str | None, as_json: bool) -> None:
    """Show how a rig stands, and how to get what landed."""
    from gitgt.services import standing

    town = context.town()
    rig = context.rig_for(town, name)
    found = standing.of(town, rig)
    if as_json:
        output.answer_json({**_fields(rig), **found.fields()})
        return
    for label, value in {**_fields(rig), **found.fields()}.items():
        output.answer(f"{label}: {value}")


@click.command()
@click.argument("name")
@click.option("--off", "--stop", "off", is_flag=True, help="From now on no longer.")
@click.option("--remote", default="", metavar="R", help="Through this remote, not origin.")
@output.json_option
def share(*, name: str, off: bool, remote: str, as_json: bool) -> None:
    """Let a rig's ledger and agents' branches be pushed to its project's remote.

    Nothing is pushed by that: git gt sync does it, and what lands from then on lands there
    first. Before it, nothing of ours leaves.
    """
    from gitgt.services import rig as service

    fresh = service.share(context.town(), name, context.me(), shared=not off, remote=remote)
    told = "stays in this clone" if off else "may be pushed to its project's remote"
    if as_json:
        output.answer_json({"name": name, "shared": not off, "changed": fresh})
    else:
        output.answer(f"{'' if fresh else 'nothing changed: '}the ledger of {name} {told}")


def _fields(rig: Rig) -> dict[str, Any]:
    return {
        "name": rig.name,
        "prefix": rig.prefix,
        "branch": rig.branch,
        "origin": rig.origin,
        "ledger": rig.ledger_branch,
        "path": str(rig.path),
    }
