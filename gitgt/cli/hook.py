"""``git gt hook``."""

from __future__ import annotations

import click

from gitgt.cli import context, output, page
from gitgt.services import hook


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
    elif not found:
        output.answer(f"nothing is on the hook of {whose}")
    else:
        for each in found:
            page.answer(each.fields())
