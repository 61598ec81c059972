"""``git gt bead diff``: what changed between two moments."""

from __future__ import annotations

import click

from gitgt.cli import changes, context, output
from gitgt.services import moments


@click.command()
@click.argument("since", metavar="FROM")
@click.argument("until", metavar="[TO]", default="")
@context.rig_option
@click.option("--patch", is_flag=True, help="Show the lines of long texts, too.")
@output.json_option
def command(*, since: str, until: str, rig: str | None, patch: bool, as_json: bool) -> None:
    """Tell what became of the beads between two moments.

    A moment is a time (2d ago, 2026-11-22), a commit or a ref; without TO, it is now.
    """
    town = context.town()
    found = moments.diff(town, context.ledgers_for(town, rig), since, until)
    if as_json:
        output.answer_json([each.fields() for each in found])
        return
    for moved in found:
        output.answer(f"{moved.how:<8}  {moved.id}  {output.one_line(moved.title)}")
        for change in moved.changes:
            for line in changes.lines(change, whole=patch):
                output.answer(f"    {line}")
