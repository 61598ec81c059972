"""``git gt blame``: who wrote each line of a file, for which bead, and what that cost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gitgt.cli import context, output
from gitgt.errors import NotFoundError

if TYPE_CHECKING:
    from gitgt.services.costs.blame import Told


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@output.json_option
def command(*, file: Path, as_json: bool) -> None:
    """Tell who wrote a line, for what, at what cost.

    The cost is that of the bead for which a line was written, all its sessions together.
    """
    from gitgt.services.costs import blame

    town = context.town()
    path = file.absolute()
    rig = town.rig_at(path)
    if rig is None or not path.is_file():
        hint = "name one in a worktree: git gt agents"
        raise NotFoundError(f"{file} is no file of a rig", hint=hint)
    told = blame.blame(town, rig, path)
    if as_json:
        output.answer_json([_fields(each) for each in told])
    else:
        output.table(
            (_cells(each) for each in told),
            head=("commit", "who", "bead", "cost", "line", "text"),
        )


def _fields(told: Told) -> dict[str, Any]:
    return {
        "line": told.line.number,
        "commit": told.line.commit,
        "author": told.line.author,
        "bead": told.bead or None,
        "dollars": None if told.took is None else told.took.dollars,
        "whole": told.took is not None and told.took.is_whole,
        "tokens": None if told.took is None else told.took.tokens,
        "text": told.line.text,
    }


def _cells(told: Told) -> tuple[str, ...]:
    from gitgt.model.money import shown

    cost = "-" if told.took is None else shown(told.took.dollars, is_whole=told.took.is_whole)
    return (
        told.line.commit[:8],
        told.line.author,
        told.bead or "-",
        cost,
        str(told.line.number),
        told.line.text,
    )
