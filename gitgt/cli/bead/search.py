"""``git gt bead search``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from gitgt.cli import context, output, rows
from gitgt.cli.bead import filters
from gitgt.services import search


@click.command()
@click.argument("words", metavar="WORD...", nargs=-1, required=True)
@context.rig_option
@filters.of_beads
@click.option(
    "--limit",
    "-n",
    type=click.IntRange(min=0),
    default=50,
    show_default=True,
    help="0 for all.",
)
@output.json_option
def command(
    *,
    words: tuple[str, ...],
    rig: str | None,
    limit: int,
    as_json: bool,
    **chosen: Any,  # noqa: ANN401 - the options of filters.of_beads
) -> None:
    """Find beads by their text: title, texts, labels and comments.

    All words must be there, anywhere; a quoted phrase counts as one word. The best come first,
    the closed ones only with --all.
    """
    town = context.town()
    wanted = filters.given(town, chosen)
    places = context.ledgers_for(town, rig)
    found = search.search(town, places, words, replace(wanted, ended=True))
    live = [
        hit for hit in found if wanted.ended or wanted.status or hit.bead.status != "closed"
    ]
    shown = live[: limit or None]
    if as_json:
        output.answer_json([search.fields(hit, rows.fields(hit.bead.columns)) for hit in shown])
        return
    output.table([(*rows.cells(hit.bead.columns), _told(hit)) for hit in shown])
    if len(found) > len(live):
        output.say(f"closed ones that fit: {len(found) - len(live)}; --all shows them")
    if len(live) > len(shown):
        output.say(f"more that fit: {len(live) - len(shown)}; -n 0 shows them")


def _told(hit: search.Hit) -> str:
    name = search.beside_the_title(hit.where)
    return f"{name}: {hit.around}" if name else ""
