"""``git gt bead show``: all that a document says, of whatever kind it is."""

from __future__ import annotations

import click

from gitgt.cli import context, output, page, then
from gitgt.cli.bead import answers
from gitgt.services import reading


@click.command()
@answers.several
@then.option
@output.json_option
def command(*, names: tuple[str, ...], at: str, as_json: bool) -> None:
    """Show beads, or other documents of a ledger.

    An id may be cut short where it stays clear.
    """
    town = context.town()
    seen = then.town_at(town, at)
    found = [then.looked(town, seen, each, reading.show) for each in names]
    if as_json:
        then.answer_json(seen, answers.documents_fields(found))
        return
    then.head(seen)
    for number, each in enumerate(found):
        if number:
            output.answer()
        page.answer(each.fields())
