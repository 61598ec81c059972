"""``git gt refinery``: the merge queue's machine, rig by rig."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import click

from gitgt.cli import context, mq, output
from gitgt.cli.mq.steering import changed
from gitgt.cli.noun import Noun

if TYPE_CHECKING:
    from gitgt.services.queue.queue_view import Seen
    from gitgt.services.queue.refinery_state import Line, State
    from gitgt.services.town import Rig, Town

# What takes off a brake of the rig's; the emergency brake is the town's.
_GO_ON: Final = MappingProxyType(
    {"frozen": "mq thaw", "paused": "refinery resume", "stopped": "refinery start"}
)

command = Noun(
    "See, stop and start the refinery.",
    {
        "status": "gitgt.cli.refinery:status",
        "start": "gitgt.cli.refinery:start",
        "stop": "gitgt.cli.refinery:stop",
        "restart": "gitgt.cli.refinery:restart",
        "pause": "gitgt.cli.refinery:pause",
        "resume": "gitgt.cli.refinery:resume",
        "report": "gitgt.cli.refinery.report:report",
        "queue": "gitgt.cli.refinery:queue",
        "ready": "gitgt.cli.refinery:ready",
        "blocked": "gitgt.cli.refinery:blocked",
    },
    usual="status",
)


@click.command()
@click.argument("rig", required=False)
@output.json_option
def status(*, rig: str | None, as_json: bool) -> None:
    """Show how the refinery stands.

    What waits, what is tested, what stands still and why.
    """
    from gitgt.services.queue import refinery_state

    town = context.town()
    found = [refinery_state.of(town, each) for each in _rigs(town, rig)]
    watched = _is_watched(town)
    if as_json:
        output.answer_json([{**each.fields(), "watched": watched} for each in found])
        return
    output.blocks(_lines(each, watched=watched) for each in found)


def _lines(seen: State, *, watched: bool) -> Iterator[str]:
    yield f"{output.paint(seen.rig.name, 'bold')}  {_word(seen)}"
    if seen.brake is not None:
        yield f"  to go on: git gt {_way_on(seen.brake, seen.rig.name)}"
    if not watched:
        yield "  nobody watches: git gt up"
    yield f"  slots: {len(seen.testing)} of {seen.slots} in use"
    yield f"  lately: {seen.landed} landed in 24 hours, {seen.red:.0%} are expected to be red"
    for line in seen.lines:
        yield f"  {line.branch}: {_counted(line)}"
        if line.turn is not None:
            yield f"    {line.turn.told}"
        yield from (f"    {each}" for each in line.stops)
        if line.empty_in:
            yield f"    all of it will probably have landed in {mq.lands_in(line.empty_in)}"
    yield from (f"  {mq.testing(each)}" for each in seen.testing)
    for each in seen.landings:
        yield f"  landed on {each.branch} at {each.at}: {', '.join(each.beads)}"


def _way_on(brake: str, rig: str) -> str:
    return f"{_GO_ON[brake]} {rig}" if brake in _GO_ON else "thaw"


def _word(seen: State) -> str:
    if seen.brake is None:
        return "running"
    return f"{seen.brake} since {seen.since} by {seen.by}: {seen.why}"


def _counted(line: Line) -> str:
    words = (
        f"{count} {what.replace('_', ' ')}" for what, count in line.counts.items() if count
    )
    first = [f"next is {line.next}"] if line.next else []
    return ", ".join([*words, *first]) or "nothing waits"


@click.command()
@click.argument("rig", required=False)
@output.json_option
def start(*, rig: str | None, as_json: bool) -> None:
    """Let the refinery of a rig work again after a stop."""
    from gitgt.services.queue import tuning
    from gitgt.services.queue.tuning import Brake

    town = context.town()
    where = context.rig_for(town, rig, option=False)
    fresh = tuning.take_off(town, where, Brake.STOPPED, context.me())
    said = f"the refinery of {where.name} is started"
    changed(town, where.name, said, fresh=fresh, as_json=as_json)
    if not _is_watched(town):
        output.say("gt: nobody watches: it works whenever a git gt command is done, or on tick")
        output.say("hint: git gt up starts the watcher, whose refinery looks after every rig")


@click.command()
@click.argument("rig", required=False)
@click.option("--reason", "-r", default="by hand", help="Why.")
@click.option("--now", "at_once", is_flag=True, help="Stop the gates that run.")
@output.json_option
def stop(*, rig: str | None, reason: str, at_once: bool, as_json: bool) -> None:
    """Let the refinery of a rig alone.

    Nothing is merged, tested, landed or sent back. Gates that run end, and what they say is
    counted, unless --now stops them.
    """
    from gitgt.services.queue import refinery_state, tuning
    from gitgt.services.queue.tuning import Brake

    town = context.town()
    where = context.rig_for(town, rig, option=False)
    fresh = tuning.put_on(town, where, Brake.STOPPED, reason, context.me())
    if at_once:
        fresh = bool(refinery_state.cancel(town, where)) or fresh
    said = f"the refinery of {where.name} is stopped: {reason}"
    changed(town, where.name, said, fresh=fresh, as_json=as_json)


@click.command()
@click.argument("rig", required=False)
@click.option("--reason", "-r", default="restart", help="Why.")
@output.json_option
def restart(*, rig: str | None, reason: str, as_json: bool) -> None:
    """Stop and start the refinery of a rig.

    Gates begin anew, and what could not run is tried at once.
    """
    from gitgt.services.queue import refinery_state

    town = context.town()
    where = context.rig_for(town, rig, option=False)
    refinery_state.restart(town, where, context.me(), reason=reason)
    said = f"the refinery of {where.name} is started"
    changed(town, where.name, said, fresh=True, as_json=as_json)


@click.command()
@click.argument("rig", required=False)
@click.option("--reason", "-r", required=True, help="Why.")
@output.json_option
def pause(*, rig: str | None, reason: str, as_json: bool) -> None:
    """Start no gate and land nothing until resumed.

    What runs ends, and is counted.
    """
    from gitgt.services.queue import tuning
    from gitgt.services.queue.tuning import Brake

    town = context.town()
    where = context.rig_for(town, rig, option=False)
    fresh = tuning.put_on(town, where, Brake.PAUSED, reason, context.me())
    said = f"the refinery of {where.name} is paused: {reason}"
    changed(town, where.name, said, fresh=fresh, as_json=as_json)


@click.command()
@click.argument("rig", required=False)
@output.json_option
def resume(*, rig: str | None, as_json: bool) -> None:
    """Let the refinery of a rig go on after a pause."""
    from gitgt.services.queue import tuning
    from gitgt.services.queue.tuning import Brake

    town = context.town()
    where = context.rig_for(town, rig, option=False)
    fresh = tuning.take_off(town, where, Brake.PAUSED, context.me())
    changed(
        town, where.name, f"the refinery of {where.name} goes on", fresh=fresh, as_json=as_json
    )


@click.command()
@click.argument("rig", required=False)
@output.json_option
def queue(*, rig: str | None, as_json: bool) -> None:
    """List what is in the queue, the next one first."""
    _show(rig, lambda each: bool(each.place) or each.is_blocked, as_json=as_json)


@click.command()
@click.argument("rig", required=False)
@output.json_option
def ready(*, rig: str | None, as_json: bool) -> None:
    """List what may go, the next one first."""
    _show(rig, lambda each: bool(each.place), as_json=as_json)


@click.command()
@click.argument("rig", required=False)
@output.json_option
def blocked(*, rig: str | None, as_json: bool) -> None:
    """List what does not go, and what it waits for."""
    _show(rig, lambda each: each.is_blocked, as_json=as_json)


def _show(rig: str | None, wanted: Callable[[Seen], bool], *, as_json: bool) -> None:
    from gitgt.services.queue import queue_view

    town = context.town()
    found = [
        each
        for where in _rigs(town, rig)
        for each in queue_view.of(town, where)
        if wanted(each)
    ]
    if as_json:
        mq.answer(found)
    else:
        output.table(
            (_row(each) for each in found),
            head=("place", "id", "priority", "target", "bead", "title"),
        )


def _row(seen: Seen) -> tuple[str, ...]:
    request = seen.request
    held = f"held: {request.held}" if request.held else ""
    waits = f"lands after {', '.join(seen.waits)}" if seen.waits and not request.reason else ""
    said = "; ".join(filter(None, (held, waits, request.reason)))
    place = str(seen.place or "-")
    title = f"{request.title} ({said})" if said else request.title
    return (place, request.id, f"P{request.priority}", request.target, request.source, title)


def _rigs(town: Town, name: str | None) -> list[Rig]:
    return [each for each in context.ledgers_for(town, name) if each is not None]


def _is_watched(town: Town) -> bool:
    from gitgt.daemon.presence import watcher_lives

    return watcher_lives(town.root)
