"""``git gt bead edit``: a bead's YAML in an editor."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.cli.editor import edit


@click.command()
@click.argument("bead", metavar="ID")
@output.json_option
def command(*, bead: str, as_json: bool) -> None:
    """Change a bead in the editor that git would open.

    What you save is checked as on a desk. If it is refused, the editor opens again and says
    why; if you give up, your text is kept for the next time.
    """
    from gitgt.services import editing, reading

    town = context.town()
    name = reading.identify(town, bead)
    found = editing.Edited(town, name, context.me()).run(edit, _tell)
    if as_json:
        output.answer_json(found.fields() if found else reading.show(town, name).fields())
    else:
        output.answer(f"edited {name}" if found else f"nothing changed: {name} is as it was")
    if found:
        context.after_writing(town)


def _tell(problem: str) -> None:
    output.say(f"gt: {problem}")
