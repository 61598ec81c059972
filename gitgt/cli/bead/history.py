"""``git gt bead history``: each ledger commit that changed a bead."""

from __future__ import annotations

from collections.abc import Iterator

import click

from gitgt.cli import changes, context, output
from gitgt.services import reading, versions


@click.command()
@click.argument("bead", metavar="ID")
@click.option("--limit", "-n", type=click.IntRange(min=1), help="Only the latest so many.")
@click.option("--patch", is_flag=True, help="Show the lines of long texts, too.")
@output.json_option
def command(*, bead: str, limit: int | None, patch: bool, as_json: bool) -> None:
    """Tell each change of a bead: who, when, why, and from what to what.

    The oldest comes first. git gt log tells the same life in fewer words, with the merge
    requests that belong to it.
    """
    town = context.town()
    found = versions.of(town, reading.identify(town, bead))[-(limit or 0) :]
    if as_json:
        output.answer_json([each.fields() for each in found])
        return
    for version in found:
        for line in _lines(version, patch=patch):
            output.answer(line)


def _lines(version: versions.Version, *, patch: bool) -> Iterator[str]:
    at = f"{version.at[:19].replace('T', ' ')}Z"
    who, said = output.one_line(version.who), output.one_line(version.said)
    yield f"{output.paint(version.commit[:10], 'yellow')}  {at}  {who}  {said}"
    if not version.readable:
        yield "    what it said then cannot be read"
    for change in version.changes:
        for line in changes.lines(change, whole=patch):
            yield f"    {line}"
