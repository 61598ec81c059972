"""``git gt bead blame``: who set which field."""

from __future__ import annotations

import click

from gitgt.cli import changes, context, output
from gitgt.services import reading, versions


@click.command()
@click.argument("bead", metavar="ID")
@output.json_option
def command(*, bead: str, as_json: bool) -> None:
    """Tell for each field of a bead who set it last, when, and in which change."""
    town = context.town()
    found = versions.blame(town, reading.identify(town, bead))
    if as_json:
        output.answer_json([each.fields() for each in found])
    else:
        output.table([_cells(each) for each in found], head=_HEAD)


_HEAD = ("field", "when", "who", "change", "value")


def _cells(blamed: versions.Blamed) -> tuple[str, ...]:
    by = blamed.version
    at = f"{by.at[:19].replace('T', ' ')}Z"
    return (blamed.field, at, by.who, by.said, changes.short(blamed.value))
