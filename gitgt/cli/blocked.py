"""``git gt bead blocked``: what waits, and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import click

from gitgt.cli import context, output, rows
from gitgt.services import graph
from gitgt.services.radar import radar_held

if TYPE_CHECKING:
    from gitgt.ledger.index import Row
    from gitgt.model.graph import Reason
    from gitgt.services.idle import Idle
    from gitgt.services.town import Rig, Town

_WORDS: Final = {
    "blocks": "waits for {on}",
    "conditional-blocks": "waits for {on} to end in {detail}",
    "never conditional-blocks": "waited for {on} to end in {detail}; it ended otherwise: never",
    "waits-for": "waits for the parts of {on}: {detail} are closed",
    "merge-blocks": "waits for {on} to land",
    "never merge-blocks": "waited for {on} to land; it ended without that: never",
    "missing": "waits for {on}, which is in no ledger here",
    "unreadable": "waits for {on}, which cannot be read",
    "parent": "is a part of {on}, which waits",
    "cycle": "is a part of itself",
    "status": "was set to blocked",
}

_EXCLUDED: Final = {
    "epic": "is an epic: its parts are the work",
    "molecule": "is a molecule: its steps are the work",
    "formula-gate": "is a gate: it is opened, not worked on",
}


@click.command()
@context.rig_option
@click.option("--limit", "-n", type=click.IntRange(min=0), default=0, help="At most so many.")
@output.json_option
def command(*, rig: str | None, limit: int, as_json: bool) -> None:
    """List the work that waits, and what for.

    In a rig's folder it is the rig's, elsewhere the town's.
    """
    town = context.town()
    found = graph.blocked(town, context.ledgers_for(town, rig))[: limit or None]
    if as_json:
        output.answer_json([each.fields() for each in found])
    else:
        _answer(found)


def explain(
    town: Town, places: Iterable[Rig | None], ready: Iterable[Row], *, as_json: bool
) -> None:
    """Answer with what is ready, what waits and why, what else is open, and circles."""
    from gitgt.services import idle

    every = list(places)
    waiting, circles = graph.blocked(town, every), graph.cycles(town, every)
    others = idle.idle(town, every)
    if as_json:
        found = {"ready": [rows.fields(row) for row in ready]}
        blocked = [each.fields() for each in waiting]
        more = [each.fields() for each in others]
        output.answer_json({**found, "blocked": blocked, "others": more, "cycles": circles})
        return
    for row in ready:
        output.answer(f"{row.id}  ready: nothing holds it up")
    _answer(waiting)
    for each in others:
        _head(each.row)
        output.answer(f"  {_standing(each)}")
    for circle in circles:
        output.answer(f"in a circle: {' -> '.join((*circle, circle[0]))}")


def _answer(found: Iterable[graph.Blocked]) -> None:
    for each in found:
        _head(each.row)
        for reason in each.why:
            output.answer(f"  {told(reason)}")


def _head(row: Row) -> None:
    output.answer(f"{row.id}  P{row.priority}  {output.one_line(row.title)}")


def _standing(each: Idle) -> str:
    row = each.row
    if each.standing == "claimed":
        has_it = f"is {row.status}: {row.assignee} has it"
        return f"{has_it}, and it {radar_held.told(each.held)}" if each.held else has_it
    if each.standing == "deferred":
        return f"is put off until {each.until}" if each.until else "is put off"
    return _EXCLUDED.get(row.type, "is pinned")


def told(reason: Reason) -> str:
    """Say in words what a bead waits for."""
    rule = f"never {reason.rule}" if reason.final else reason.rule
    return _WORDS[rule].format(on=reason.on, detail=reason.detail)
