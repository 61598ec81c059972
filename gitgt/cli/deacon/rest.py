"""Let the deacon rest, and go on."""

from __future__ import annotations

import click

from gitgt.cli import context, output


@click.command()
@click.option("--reason", "-r", default="", help="Why.")
@output.json_option
def pause(*, reason: str, as_json: bool) -> None:
    """Let the deacon make no patrols any more, on this machine, until it is told to go on.

    Nobody is pinged, nothing is slung again or taken off a hook, nothing old is swept.
    """
    from gitgt.services.deacon import pausing

    town = context.town()
    fresh = pausing.pause(town, context.leader(["deacon"]), why=reason)
    sign = pausing.paused(town)
    if as_json:
        said = {"by": sign.by, "why": sign.why, "since": sign.since} if sign else {}
        output.answer_json({"paused": True, **said, "changed": fresh})
    elif sign is not None:
        output.answer(f"{'' if fresh else 'nothing changed: '}{pausing.told(sign)}")


@click.command()
@output.json_option
def resume(*, as_json: bool) -> None:
    """Let the deacon make its patrols again."""
    from gitgt.services.deacon import pausing

    town = context.town()
    fresh = pausing.resume(town, context.leader(["deacon"]))
    if as_json:
        output.answer_json({"paused": False, "changed": fresh})
    else:
        output.answer("the deacon goes on" if fresh else "nothing changed: it is not paused")
    context.after_writing(town)
