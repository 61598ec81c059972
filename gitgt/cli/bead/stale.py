"""``git gt bead stale``."""

from __future__ import annotations

import click

from gitgt.cli import context, output, rows
from gitgt.cli.one_of import OneOf
from gitgt.services import select


@click.command()
@context.rig_option
@click.option(
    "--days", "-d", type=click.IntRange(min=0), default=30, show_default=True, help="So long."
)
@click.option(
    "--status",
    "-s",
    type=OneOf("gitgt.model.lifecycle:BeadStatus"),
    multiple=True,
    help="Only those in this status.",
)
@click.option("--limit", "-n", type=click.IntRange(min=1), help="At most so many.")
@output.json_option
def command(
    *, rig: str | None, days: int, status: tuple[str, ...], limit: int | None, as_json: bool
) -> None:
    """List what nobody changed for long, the longest untouched first."""
    from gitgt.ledger.selection import Filter
    from gitgt.model.instant import text_of

    town = context.town()
    before = text_of(town.clock() - days * 86400)
    places = context.ledgers_for(town, rig)
    found = select.stale(town, places, before, Filter(status=status))[:limit]
    if as_json:
        output.answer_json(
            [{**rows.fields(row.columns), "updated_at": row.updated_at} for row in found]
        )
    else:
        output.table([(row.updated_at[:10], *rows.cells(row.columns)) for row in found])
