"""``git gt ready``: what could be begun now."""

from __future__ import annotations

from typing import Any

import click

from gitgt.cli import context, exclusive, output, rows
from gitgt.cli.one_of import OneOf
from gitgt.services import quick, reading


@click.command()
@context.rig_option
@click.option("--limit", "-n", type=click.IntRange(min=0), help="At most so many; 0 for all.")
@click.option("--type", "-t", type=OneOf("gitgt.model.documents:WorkType"), help="Of one type.")
@click.option("--assignee", "-a", help="Only those meant for this agent.")
@click.option(
    "--label", "-l", "labels", multiple=True, help="With this label; all of them, if several."
)
@click.option(
    "--sort",
    type=click.Choice(["priority", "oldest", "hybrid"]),
    default="priority",
    help="What comes first; hybrid: two days' worth by priority, then the oldest.",
)
@click.option("--explain", is_flag=True, help="Say of all open work why it is ready or not.")
@click.option("--claim", is_flag=True, help="Begin the first one, on your own hook.")
@output.json_option
def command(
    *, rig: str | None, explain: bool, claim: bool, as_json: bool, **wish: Any  # noqa: ANN401
) -> None:  # fmt: skip
    """List the open beads that nothing blocks.

    The most urgent come first. In a rig's folder they are the rig's, elsewhere the town's.
    """
    exclusive.exclude(explain=explain, claim=claim)
    town = context.town()
    places = context.ledgers_for(town, rig)
    wish["limit"] = wish["limit"] or 0
    if claim:
        _claim(town, places, wish, as_json=as_json)
        return
    if explain:
        from gitgt.cli import blocked

        blocked.explain(town, places, reading.ready(town, places, wish), as_json=as_json)
        return
    found = reading.ready(town, places, wish)
    quick.remember(town)
    rows.answer(found, as_json=as_json)


def _claim(town: Any, places: Any, wish: dict[str, Any], *, as_json: bool) -> None:  # noqa: ANN401
    from gitgt.services import claim_ready

    claimed = claim_ready.claim(town, places, context.me(), wish)
    if as_json:
        output.answer_json(claimed.fields())
    else:
        output.answer(f"{claimed.id} is yours: {output.one_line(claimed.title)}")
    context.say_if_provisional(town, claimed.id)
    context.after_writing(town)
