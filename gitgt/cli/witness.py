"""``git gt witness``: who looks after the polecats of a rig."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from gitgt.cli import context, output
from gitgt.cli.noun import Noun
from gitgt.errors import RefusedError

if TYPE_CHECKING:
    from gitgt.services.town import Rig, Town
    from gitgt.services.witness.state import State

command = Noun(
    "See, stop and start the witness of a rig.",
    {
        "status": "gitgt.cli.witness:status",
        "start": "gitgt.cli.witness:start",
        "stop": "gitgt.cli.witness:stop",
        "restart": "gitgt.cli.witness:restart",
        "attach": "gitgt.cli.witness:attach",
    },
    usual="status",
)


@click.command()
@click.argument("rig", required=False)
@output.json_option
def status(*, rig: str | None, as_json: bool) -> None:
    """Show how the witness stands, and what it makes of whom."""
    from gitgt.services.witness import state

    town = context.town()
    found = [state.of(town, each) for each in rigs(town, rig)]
    watched = _is_watched(town)
    if as_json:
        output.answer_json([{**each.fields(), "watched": watched} for each in found])
        return
    output.blocks(_lines(each, watched=watched) for each in found)


def _lines(seen: State, *, watched: bool) -> Iterator[str]:
    from gitgt.model.when import lasts

    said = f"stopped since {seen.since} by {seen.by}: {seen.stopped}"
    word = said if seen.stopped else "watching"
    yield f"{output.paint(seen.rig.name, 'bold')}  {word}"
    if seen.stopped:
        yield f"  to go on: git gt witness start {seen.rig.name}"
    if not watched:
        yield "  nobody watches: git gt up"
    patience = seen.patience
    yield (
        f"  patience: {lasts(patience.hung)}, in a ralph loop {lasts(patience.ralph)},"
        f" at the start {lasts(patience.startup)}"
    )
    yield f"  at work: {', '.join(seen.at_work) or 'nobody'}"
    for step in seen.odd:
        finding = step.finding
        yield f"  {finding.address}  {finding.kind}  {step.act.word}"
        yield from (f"    {each}" for each in finding.evidence)


@click.command()
@click.argument("rig", required=False)
@output.json_option
def start(*, rig: str | None, as_json: bool) -> None:
    """Let the witness of a rig help again after a stop."""
    from gitgt.services.witness import brake

    town = context.town()
    where = context.rig_for(town, rig, option=False)
    fresh = brake.start(town, where, context.me())
    _changed(town, where, "watches", fresh=fresh, as_json=as_json)


@click.command()
@click.argument("rig", required=False)
@click.option("--reason", "-r", default="by hand", help="Why.")
@output.json_option
def stop(*, rig: str | None, reason: str, as_json: bool) -> None:
    """Let nobody be nudged, restarted or ended in a rig.

    What branches say is still heeded, and work is still saved.
    """
    from gitgt.services.witness import brake

    town = context.town()
    where = context.rig_for(town, rig, option=False)
    fresh = brake.stop(town, where, reason, context.me())
    _changed(town, where, f"is stopped: {reason}", fresh=fresh, as_json=as_json)


@click.command()
@click.argument("rig", required=False)
@output.json_option
def restart(*, rig: str | None, as_json: bool) -> None:
    """Let the witness of a rig help again, and look at everybody at once."""
    from gitgt.services.witness import brake, rounds

    town = context.town()
    where = context.rig_for(town, rig, option=False)
    brake.start(town, where, context.me())
    rounds.go(town, where)
    _changed(town, where, "watches", fresh=True, as_json=as_json)


@click.command()
@click.argument("rig", required=False)
def attach(*, rig: str | None) -> None:
    """Say where to look: a witness is code, and has no session."""
    where = context.rig_for(context.town(), rig, option=False)
    raise RefusedError(
        f"the witness of {where.name} is code: there is nothing to attach to",
        hint=f"git gt witness status {where.name} tells what it sees, git gt feed what it did",
    )


def _changed(town: Town, where: Rig, said: str, *, fresh: bool, as_json: bool) -> None:
    if as_json:
        output.answer_json({"rig": where.name, "changed": fresh})
    else:
        already = "" if fresh else "nothing changed: "
        output.answer(f"{already}the witness of {where.name} {said}")
    context.after_writing(town)


def rigs(town: Town, name: str | None) -> list[Rig]:
    """Return the rig called *name*, else the one that we stand in, else all."""
    return [each for each in context.ledgers_for(town, name) if each is not None]


def _is_watched(town: Town) -> bool:
    from gitgt.daemon.presence import watcher_lives

    return watcher_lives(town.root)
