"""Compare sessions with what they are for."""

from __future__ import annotations

import sys

import click

from gitgt.cli import context, output


@click.command()
@click.argument("rig", required=False)
@output.json_option
def check(*, rig: str | None, as_json: bool) -> None:
    """Tell sessions without a sandbox or a bead, and beads without a session; 1 if any."""
    from gitgt.services.sessions import session_check

    town = context.town()
    found = session_check.check(town, town.rig(rig) if rig else None)
    if as_json:
        output.answer_json([each.fields() for each in found])
    else:
        for each in found:
            output.answer(f"{each.address}: {each.what}")
        if not found:
            output.answer("every session has its sandbox, and every hook its session")
    sys.exit(1 if found else 0)
