"""``git gt hook``."""

from __future__ import annotations

import click

from gitgt.cli import context, output, page
from gitgt.services import hook
from gitgt.services.town import Town


@click.command()
@click.argument("address", required=False, metavar="[RIG/NAME]")
@output.json_option
def command(*, address: str | None, as_json: bool) -> None:
    """Show what is on your hook.

    Yours is the calling agent's, or that of the worktree that we stand in.
    """
    town = context.town()
    whose = address or context.address_here(town)
    found = hook.on(town, whose)
    if as_json:
        output.answer_json([each.fields() for each in found])
        return
    if not found:
        output.answer(f"nothing is on the hook of {whose}")
    for each in found:
        page.answer(each.fields())
    _warn(town, whose)


def _warn(town: Town, whose: str) -> None:
    """Show with whom the work of an agent is about to collide."""
    from gitgt.services.radar import radar_nudges

    rig = town.rig(whose.partition("/")[0])
    for address in sorted(hook.spellings(whose)):
        for each in radar_nudges.standing(rig, address):
            output.answer()
            output.answer(f"radar: {output.one_line(each.text)}")
