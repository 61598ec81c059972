"""See warrants: those that are open, and what became of the others."""

from __future__ import annotations

import click

from gitgt.cli import context, output, page


@click.command("list")
@click.option("--all", "-a", "ended", is_flag=True, help="Also those that have ended.")
@output.json_option
def every(*, ended: bool, as_json: bool) -> None:
    """List the warrants that have not ended."""
    from gitgt.services.warrants import filing

    found = filing.every(context.town(), ended=ended)
    if as_json:
        output.answer_json([each.fields() for each in found])
        return
    output.table(
        (each.id, each.status, each.about, f"asked {each.number} of 3", each.description)
        for each in found
    )


@click.command()
@click.argument("target", metavar="AGENT|ID")
@output.json_option
def show(*, target: str, as_json: bool) -> None:
    """Show all that a warrant says: of an agent the open one, or the last."""
    from gitgt.services.warrants import filing

    found = filing.find(context.town(), target).fields()
    if as_json:
        output.answer_json(found)
    else:
        page.answer(found)
