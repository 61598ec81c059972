"""``git gt log``: the life of a bead."""

from __future__ import annotations

from collections.abc import Iterator

import click

from gitgt.cli import context, output
from gitgt.services import history, reading


@click.command()
@click.argument("bead", metavar="BEAD")
@output.json_option
def command(*, bead: str, as_json: bool) -> None:
    """Tell the life of a bead: who, when, why."""
    town = context.town()
    steps = history.of(town, reading.identify(town, bead))
    if as_json:
        output.answer_json([each.fields() for each in steps])
        return
    for step in steps:
        for line in _lines(step):
            output.answer(line)


def _lines(step: history.Step) -> Iterator[str]:
    at = f"{step.at[:19].replace('T', ' ')}Z"
    yield f"{at}  {output.one_line(step.who)}  {output.one_line(step.said)}"
    for change in step.changes:
        yield f"    {output.one_line(change)}"
    if step.why and step.why not in step.said:
        yield f"    because: {output.one_line(step.why)}"
