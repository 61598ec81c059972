"""``git gt bead list``, and ``children``, which is a list of one parent's."""

from __future__ import annotations

from typing import Any

import click

from gitgt.cli import context, output, rows, then
from gitgt.cli.bead import filters
from gitgt.services import select


@click.command()
@context.rig_option
@filters.of_beads
@click.option(
    "--sort", type=click.Choice(select.SORTS), default="priority", help="What comes first."
)
@click.option("--reverse", is_flag=True, help="The other way round.")
@click.option("--limit", "-n", type=click.IntRange(min=0), help="At most so many; 0 for all.")
@click.option("--tree", "as_tree", is_flag=True, help="Children below their parents.")
@then.option
@output.json_option
def command(
    *,
    rig: str | None,
    sort: str,
    reverse: bool,
    limit: int | None,
    as_tree: bool,
    at: str,
    as_json: bool,
    **chosen: Any,  # noqa: ANN401 - the options of filters.of_beads
) -> None:
    """List beads, the most urgent first; the closed ones only if asked.

    In a rig's folder they are the rig's, elsewhere the town's. A time is a day (2026-11-22),
    an instant, or a span: 2d is two days ago.
    """
    town = then.town_at(context.town(), at)
    wanted = filters.given(town, chosen)
    places = context.ledgers_for(town, rig)
    how = select.Order(sort=sort, reverse=reverse, limit=limit, whole=as_tree)
    found = select.beads(town, places, wanted, how)
    if as_json:
        then.answer_json(town, [rows.fields(row.columns) for row in found])
        return
    then.head(town)
    if as_tree:
        rows.answer_tree((depth, row.columns) for depth, row in select.tree(found))
    else:
        rows.answer((row.columns for row in found), as_json=False)


@click.command()
@click.argument("bead", metavar="ID")
@output.json_option
def children(*, bead: str, as_json: bool) -> None:
    """List the parts of a bead in all ledgers, the closed ones too."""
    from gitgt.ledger.selection import Filter
    from gitgt.services import reading

    town = context.town()
    name = reading.identify(town, bead)
    wanted = Filter(parent=name, ended=True)
    found = select.beads(town, [None, *town.rigs_here().values()], wanted)
    rows.answer((row.columns for row in found), as_json=as_json)
