"""``git gt synthesis``: make one of what the legs of a convoy have made."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.cli.noun import Noun
from gitgt.services.convoy.synthesis import Synthesis

command = Noun(
    "Make one of what a convoy's legs made.",
    {
        "start": "gitgt.cli.synthesis:start",
        "status": "gitgt.cli.synthesis:status",
        "close": "gitgt.cli.synthesis:close",
    },
)
_convoy = click.argument("convoy_id", metavar="CONVOY")


@click.command()
@_convoy
@context.rig_option
@click.option("--force", "-f", is_flag=True, help="Let it start before all legs are closed.")
@click.option("--dry-run", is_flag=True, help="Only tell what it would wait for.")
@output.json_option
def start(
    *, convoy_id: str, rig: str | None, force: bool, dry_run: bool, as_json: bool
) -> None:
    """Let a bead travel along that starts when all legs are closed.

    Its notes tell what they have made, and the convoy is not closed before it is.
    """
    from gitgt.services.convoy import synthesis

    town = context.town()
    if dry_run:
        _answer(synthesis.look(town, convoy_id), as_json=as_json)
        return
    where = town.rig(rig) if rig else None
    _answer(
        synthesis.start(town, convoy_id, context.me(), rig=where, force=force), as_json=as_json
    )
    context.after_writing(town)


@click.command()
@_convoy
@output.json_option
def status(*, convoy_id: str, as_json: bool) -> None:
    """Show how many legs are closed, and how the synthesis stands."""
    from gitgt.services.convoy import synthesis

    _answer(synthesis.look(context.town(), convoy_id), as_json=as_json)


@click.command()
@_convoy
@output.json_option
def close(*, convoy_id: str, as_json: bool) -> None:
    """Close a convoy whose synthesis is done."""
    from gitgt.services.convoy import synthesis

    town = context.town()
    made = synthesis.close(town, convoy_id, context.me())
    if as_json:
        output.answer_json(made.fields())
    else:
        output.answer(f"{made.id} is closed")
    context.after_writing(town)


def _answer(found: Synthesis, *, as_json: bool) -> None:
    if as_json:
        output.answer_json(found.fields())
        return
    closed = sum(each.is_closed for each in found.legs)
    output.answer(f"{found.view.convoy.id}: {closed} of {len(found.legs)} legs are closed")
    if found.bead is None:
        return
    waits = "" if found.is_ready or found.bead.status != "open" else ", waits for them"
    output.answer(
        f"{found.bead.id}  {found.bead.status}{waits}  {output.one_line(found.bead.title)}"
    )
