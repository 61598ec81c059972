"""``git gt bead count``."""

from __future__ import annotations

from typing import Any

import click

from gitgt.cli import context, output
from gitgt.cli.bead import filters
from gitgt.services import select

_BY = ("status", "type", "priority", "assignee", "label")


@click.command()
@context.rig_option
@filters.of_beads
@click.option("--by", type=click.Choice(_BY), help="One number for each of these.")
@output.json_option
def command(
    *,
    rig: str | None,
    by: str | None,
    as_json: bool,
    **chosen: Any,  # noqa: ANN401 - the options of filters.of_beads
) -> None:
    """Count beads; which ones is said as for a list."""
    town = context.town()
    wanted = filters.given(town, chosen)
    places = context.ledgers_for(town, rig)
    counted = select.counts(town, places, wanted, by) if by else {}
    total = len([row for row in select.beads(town, places, wanted) if not row.error])
    if as_json:
        output.answer_json({"count": total, **({"by": by, "counts": counted} if by else {})})
    elif by:
        output.table([(str(number), name or "-") for name, number in counted.items()])
    else:
        output.answer(str(total))
