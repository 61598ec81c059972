"""``git gt bead epic``: how far what has parts is."""

from __future__ import annotations

import click

from gitgt.cli import context, output, rows
from gitgt.cli.noun import Noun
from gitgt.services import epics, reading

command = Noun(
    "See how far beads with parts are.",
    {"status": "gitgt.cli.bead.epic:status"},
    usual="status",
)


@click.command()
@click.argument("bead", metavar="[ID]", required=False)
@context.rig_option
@click.option("--done", is_flag=True, help="Only those whose parts are all closed.")
@output.json_option
def status(*, bead: str | None, rig: str | None, done: bool, as_json: bool) -> None:
    """Show how many parts of each open epic are closed; of one, its parts too."""
    town = context.town()
    if bead is not None:
        _one(epics.one(town, reading.identify(town, bead)), as_json=as_json)
        return
    found = epics.progress(town, context.ledgers_for(town, rig))
    chosen = [each for each in found if each.is_done or not done]
    if as_json:
        output.answer_json([each.fields() for each in chosen])
    else:
        output.table([_cells(each) for each in chosen])


def _one(found: epics.Progress, *, as_json: bool) -> None:
    if as_json:
        parts = [rows.fields(row) for row in found.parts]
        output.answer_json({**found.fields(), "parts": parts})
        return
    output.table([_cells(found)])
    rows.answer(found.parts, as_json=False)


def _cells(each: epics.Progress) -> tuple[str, ...]:
    said = "ready to close" if each.is_done else each.row.status
    return (each.row.id, f"{each.closed}/{each.total}", said, each.row.title)
