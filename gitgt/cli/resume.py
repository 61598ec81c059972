"""``git gt resume``: what was left here."""

from __future__ import annotations

import click

from gitgt.cli import context, output


@click.command()
@click.argument("address", required=False, metavar="[ADDRESS]")
@output.json_option
def command(*, address: str | None, as_json: bool) -> None:
    """Show what an earlier session left.

    That is what it handed over, what it noted since, and what is on the hook.
    """
    from gitgt.services.agents import hook
    from gitgt.services.handoff import finding, told

    town = context.town()
    seat = finding.seat(town, address or context.address_here(town))
    found = told.inherited(town, seat)
    beads = hook.at(town, seat.address)
    if as_json:
        held = [str(each.id) for each in beads]
        output.answer_json({"address": seat.address, **found.fields(), "holds": held})
        return
    for each in beads:
        output.answer(f"on the hook: {each.id} ({each.status}) {output.one_line(each.title)}")
    if found.handoff is not None and found.by is not None:
        output.answer(f"handed over at {found.handoff.at} by {found.by.id}:")
        _show(found.handoff.subject, found.handoff.text)
    if found.checkpoint is not None:
        output.answer(f"noted at {found.checkpoint.at}:")
        _show(found.checkpoint.subject, found.checkpoint.text)
    if not beads and found.handoff is None and found.checkpoint is None:
        output.answer(f"nothing was left to {seat.address}")


def _show(subject: str, text: str) -> None:
    lines = [subject, *(text.splitlines() if text != subject else ())]
    for line in lines:
        output.answer(f"  {line}".rstrip())
