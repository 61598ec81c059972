"""``git gt du``: where the disk went."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gitgt.cli import context, output
from gitgt.model.vitals import in_words

if TYPE_CHECKING:
    from gitgt.services.usage.measuring import Part


@click.command()
@click.option("--rig", metavar="RIG", help="Only this rig.")
@click.option("--safe", is_flag=True, help="Only what can be taken back without any loss.")
@output.json_option
def command(*, rig: str | None, safe: bool, as_json: bool) -> None:
    """Tell where the disk went.

    By sandbox, by gates, by objects of git; with the command that takes it back, where there is
    one. What is marked safe loses nothing by it.
    """
    from gitgt.services.usage import measuring

    town = context.town()
    with output.progress("measuring"):
        found = measuring.measure(town, town.rig(rig) if rig else None)
    found = [each for each in found if each.safe or not safe]
    total = sum(each.bytes for each in found if "among the objects" not in each.what)
    if as_json:
        output.answer_json({"bytes": total, "parts": [each.fields() for each in found]})
        return
    output.table(_cells(each) for each in found)
    output.answer(f"{in_words(total)} in all")


def _cells(part: Part) -> tuple[str, ...]:
    way = f"safe: {part.command}" if part.safe else part.command
    return (in_words(part.bytes), part.where, part.what, way)
