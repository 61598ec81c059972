"""``git gt recover``: what was not committed comes back."""

from __future__ import annotations

from pathlib import Path

import click

from gitgt.cli import context, output
from gitgt.services import recover
from gitgt.services.town import Town


@click.command()
@click.argument("address", required=False, metavar="[RIG/NAME]")
@click.option("--branch", metavar="NAME", help="Bring it back as a new branch.")
@click.option(
    "--into",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Bring it into this worktree, if not the agent's own.",
)
@output.json_option
def command(
    *, address: str | None, branch: str | None, into: Path | None, as_json: bool
) -> None:
    """Bring back what an agent had not committed.

    Without an address, lists the snapshots that there are.
    """
    town = context.town()
    if address is None:
        _list(town, as_json=as_json)
        return
    found = recover.find(town, address)
    if branch:
        recover.as_branch(town, found, branch)
        place = f"the branch {branch}"
    else:
        worktree = into or found.rig.path / "polecats" / found.address.rpartition("/")[2]
        recover.into(found, worktree)
        place = str(worktree)
    if as_json:
        output.answer_json({**found.fields(), "place": place})
    else:
        output.answer(f"what {found.address} had at {found.at} is in {place}")


def _list(town: Town, *, as_json: bool) -> None:
    found = recover.snapshots(town, town.rigs_here().values())
    if as_json:
        output.answer_json([each.fields() for each in found])
    else:
        output.table((each.address, each.at, each.commit[:12]) for each in found)
