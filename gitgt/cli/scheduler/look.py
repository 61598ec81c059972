"""``git gt scheduler status`` and ``list``."""

from __future__ import annotations

from collections.abc import Iterator

import click

from gitgt.cli import context, output
from gitgt.services.scheduler import view
from gitgt.services.scheduler.view import Standing


@click.command()
@output.json_option
def status(*, as_json: bool) -> None:
    """Show how many work, how many wait, and which runtimes are at their limits."""
    found = view.standing(context.town())
    if as_json:
        output.answer_json(found.fields())
    else:
        output.table(_lines(found))


def _lines(found: Standing) -> Iterator[tuple[str, str]]:
    said = found.rules
    if said.is_direct:
        yield "mode", "direct: what is slung goes on a hook at once"
    else:
        places = "place" if said.most == 1 else "places"
        yield "mode", f"deferred: {said.most} {places} in all rigs"
    if said.paused:
        yield "paused", f"{said.paused} ({found.paused_by}, {found.paused_at})"
    soon = len(found.taken) - len(found.live)
    yield "at work", f"{len(found.live)}" + (f", and {soon} to begin" if soon else "")
    yield "waiting", f"{len(found.rows)}, of which {found.ready} for a place alone"
    if found.last_dispatch:
        yield "last", found.last_dispatch
    for name, most in found.rules.runtimes.items():
        yield "places", f"{most} on {name}"
    for each in found.limited.values():
        told = view.limited_fields(each)
        end = f"until {told['until']}" if told["until"] else "nobody said until when"
        again = f"; tried again at {told['tried_again_at']}" if told["tried_again_at"] else ""
        trying = f"; {each.trying} tries it" if each.trying else again
        yield "limited", f"{each.runtime} ({end}{trying}): {each.known}"


@click.command("list")
@output.json_option
def show_all(*, as_json: bool) -> None:
    """List what waits for a place, as it stands in line, and why."""
    found = view.rows(context.town())
    if as_json:
        output.answer_json([each.fields() for each in found])
        return
    output.table(
        (
            (each.context.source, f"P{each.priority}", each.rig, each.runtime, each.cause,
             each.context.title, each.said)
            for each in found
        ),
        head=("bead", "prio", "rig", "runtime", "waits", "title", "why"),
    )  # fmt: skip
