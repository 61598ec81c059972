"""``git gt recover``: what was not committed comes back."""

from __future__ import annotations

from pathlib import Path

import click

from gitgt.cli import context, output
from gitgt.services import recover
from gitgt.services.recover import Found
from gitgt.services.town import Town


@click.command()
@click.argument("address", required=False, metavar="[RIG/NAME]")
@click.option("--list", "all_of_it", is_flag=True, help="List all snapshots of the agent.")
@click.option("--at", default="", metavar="COMMIT", help="This one of them (the last).")
@click.option("--bead", default="", metavar="ID", help="The last of the work on this bead.")
@click.option("--branch", metavar="NAME", help="Bring it back as a new branch.")
@click.option(
    "--into",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Bring it into this worktree, if not the agent's own.",
)
@output.json_option
def command(
    *,
    address: str | None,
    all_of_it: bool,
    at: str,
    bead: str,
    branch: str | None,
    into: Path | None,
    as_json: bool,
) -> None:
    """Bring back what an agent had not committed.

    Without an address, lists the last snapshot of each agent.
    """
    town = context.town()
    if address is None:
        if all_of_it or at or bead:
            raise click.UsageError("whose? git gt recover lists who has snapshots")
        _list(recover.snapshots(town, town.rigs_here().values()), as_json=as_json)
    elif all_of_it:
        _list(recover.history(town, address), as_json=as_json)
    else:
        found = recover.find(town, address, at=at, bead=bead)
        _answer(found, _bring(town, found, branch, into), as_json=as_json)


def _bring(town: Town, found: Found, branch: str | None, into: Path | None) -> str:
    """Bring a snapshot back; return where it is now."""
    if branch:
        recover.as_branch(town, found, branch)
        return f"the branch {branch}"
    recover.into(found, into or found.worktree)
    return str(into or found.worktree)


def _answer(found: Found, place: str, *, as_json: bool) -> None:
    if as_json:
        output.answer_json({**found.fields(), "place": place})
    else:
        output.answer(f"what {found.address} had at {found.at} is in {place}")


def _list(found: list[Found], *, as_json: bool) -> None:
    if as_json:
        output.answer_json([each.fields() for each in found])
    else:
        rows = ((each.address, each.at, each.commit[:12], each.branch) for each in found)
        output.table(rows, head=("address", "at", "commit", "branch"))
