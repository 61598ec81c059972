"""``git gt bead stats``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from gitgt.cli import context, output


@click.command()
@context.rig_option
@output.json_option
def command(*, rig: str | None, as_json: bool) -> None:
    """Show how many beads there are, how they stand, and how long they take.

    Waiting are the open ones that are not ready.
    """
    from gitgt.services import stats

    town = context.town()
    found = stats.stats(town, context.ledgers_for(town, rig))
    if as_json:
        output.answer_json(found)
        return
    for line in _lines(found):
        output.answer(line)


def _lines(found: dict[str, Any]) -> Iterator[str]:
    for name, value in found.items():
        label = name.replace("_", " ")
        if isinstance(value, dict):
            said = ", ".join(f"{key} {number}" for key, number in value.items())
            yield f"{label}: {said or '-'}"
        else:
            yield f"{label}: {value}"
