"""``git gt export``: take the work of a ledger out, for other tools."""

from __future__ import annotations

from pathlib import Path

import click

from gitgt.cli import context, output
from gitgt.errors import EnvironmentProblemError
from gitgt.services.exchange import take

_FORMATS = ("jsonl", "csv")


@click.command()
@context.rig_option
@click.option(
    "--format", "form", type=click.Choice(_FORMATS), default="jsonl", help="jsonl is bd's."
)
@click.option("--output", "-o", "target", metavar="FILE", help="Write to FILE, not to stdout.")
def command(*, rig: str | None, form: str, target: str | None) -> None:
    """Take the beads of a ledger out.

    As the JSONL of bd, or as CSV. What was imported from bd comes out as it went in, but for
    what was changed here since.
    """
    town = context.town()
    where = context.ledger_for(town, rig)
    lines = take.csv(town, where) if form == "csv" else take.jsonl(town, where)
    text = "".join(f"{line}\n" for line in lines)
    if target is None:
        output.raw(text)
        return
    try:
        Path(target).write_text(text, encoding="utf-8")
    except OSError as error:
        raise EnvironmentProblemError(f"cannot write {target}: {error.strerror}") from error
    output.say(f"written to {target}")
