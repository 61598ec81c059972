"""``git gt mq show``: all that a merge request says."""

from __future__ import annotations

import click

from gitgt.cli import context, output, page
from gitgt.cli.bead import answers


@click.command()
@click.argument("names", metavar="REQUEST...", nargs=-1, required=True)
@output.json_option
def command(*, names: tuple[str, ...], as_json: bool) -> None:
    """Show merge requests, whole.

    REQUEST is its id, which may be cut short where it stays clear, its bead's, or its branch.
    """
    from gitgt.services import reading
    from gitgt.services.queue import steering

    town = context.town()
    found = [reading.show(town, steering.identify(town, each)) for each in names]
    if as_json:
        answers.documents(found)
        return
    for number, each in enumerate(found):
        if number:
            output.answer()
        page.answer(each.fields())
