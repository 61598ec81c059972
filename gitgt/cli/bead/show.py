"""``git gt bead show``: all that a document says, of whatever kind it is."""

from __future__ import annotations

import click

from gitgt.cli import context, output, page
from gitgt.cli.bead import answers
from gitgt.services import reading


@click.command()
@answers.several
@output.json_option
def command(*, names: tuple[str, ...], as_json: bool) -> None:
    """Show beads, or other documents of a ledger.

    An id may be cut short where it stays clear.
    """
    town = context.town()
    found = [reading.show(town, each) for each in names]
    if as_json:
        answers.documents(found)
        return
    for number, each in enumerate(found):
        if number:
            output.answer()
        page.answer(each.fields())
