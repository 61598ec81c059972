"""``git gt checkpoint``: how far a session is."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.cli import handoff_answers as answers
from gitgt.cli.noun import Noun

command = Noun(
    "Note how far you are.",
    {
        "write": "gitgt.cli.checkpoint:write",
        "read": "gitgt.cli.checkpoint:read",
        "clear": "gitgt.cli.checkpoint:clear",
    },
    usual="read",
)


@click.command()
@click.option("--notes", "-m", default="", help="What whoever goes on is to know.")
@click.option("--molecule", default="", metavar="ID", help="The molecule that you are at.")
@click.option("--step", default="", help="The step that you are at.")
@output.json_option
def write(*, notes: str, molecule: str, step: str, as_json: bool) -> None:
    """Note how far you are; what can be seen is added."""
    from gitgt.services.handoff import checkpoints, finding
    from gitgt.services.handoff.over import Words

    town = context.town()
    seat = finding.seat(town, context.address_here(town))
    at = " ".join(each for each in (molecule, step) if each)
    text = "\n\n".join(each for each in (at and f"At {at}.", notes) if each)
    record = checkpoints.write(town, seat, Words(text=text, collect=True))
    note = record.checkpoint
    assert note is not None
    if as_json:
        output.answer_json(answers.left(seat.address, record.id, note))
    else:
        output.answer(f"noted how far {seat.address} is: {note.subject}")


@click.command()
@click.argument("address", required=False, metavar="[ADDRESS]")
@output.json_option
def read(*, address: str | None, as_json: bool) -> None:
    """Show what was noted last, if it still counts."""
    from gitgt.services.handoff import finding, told

    town = context.town()
    seat = finding.seat(town, address or context.address_here(town))
    found = told.inherited(town, seat)
    if as_json:
        note = found.checkpoint
        output.answer_json(note and answers.left(seat.address, "", note))
    elif found.checkpoint is None:
        output.answer(f"{seat.address} has noted nothing since its last handoff")
    else:
        output.answer(f"{found.checkpoint.at}  {found.checkpoint.subject}")
        output.answer(found.checkpoint.text)


@click.command()
def clear() -> None:
    """Take back what was noted."""
    from gitgt.services.handoff import checkpoints, finding

    town = context.town()
    seat = finding.seat(town, context.address_here(town))
    checkpoints.clear(town, seat)
    output.answer(f"what {seat.address} had noted counts no more")
