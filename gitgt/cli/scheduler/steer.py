"""``git gt scheduler run``, ``pause``, ``resume`` and ``clear``."""

from __future__ import annotations

from collections.abc import Sequence

import click

from gitgt.cli import context, output
from gitgt.errors import RefusedError
from gitgt.services.scheduler import clearing, dispatching, rules
from gitgt.services.scheduler.dispatching import Outcome


@click.command()
@click.option(
    "--batch", type=click.IntRange(min=1), metavar="N",
    help="At most so many, whatever the settings say.",
)  # fmt: skip
@click.option("--dry-run", "-n", is_flag=True, help="Say what would be given out.")
@output.json_option
def run(*, batch: int | None, dry_run: bool, as_json: bool) -> None:
    """Give out what there is room for, once; a watcher does so by itself."""
    town = context.town()
    if dry_run:
        found = [each.bead for each in dispatching.look(town, batch=batch).plan.start]
        _answer([Outcome(each) for each in found], as_json=as_json, dry=True)
        return
    who = context.leader(["mayor"])
    done, _ = dispatching.run(town, batch=batch)
    town.events.append("scheduler.run", who.address, {"dispatched": len(done)})
    _answer(done, as_json=as_json, dry=False)
    context.after_writing(town)
    failed = [each for each in done if each.why]
    if failed:
        told = "; ".join(f"{each.bead}: {each.why}" for each in failed)
        raise RefusedError(
            f"{len(failed)} of {len(done)} could not be given out: {told}",
            hint="git gt scheduler list",
        )


def _answer(done: Sequence[Outcome], *, as_json: bool, dry: bool) -> None:
    given = [each for each in done if not each.why]
    if as_json:
        rows = [{"bead": each.bead, "polecat": each.assignee, "why": each.why} for each in done]
        output.answer_json({"dry_run": dry, "dispatched": rows})
        return
    for each in given:
        where = "would be given out" if dry else f"is on the hook of {each.assignee}"
        output.answer(f"{each.bead} {where}")
    if not done:
        output.answer("nothing changed: nothing waits that could go now")


@click.command()
@click.option("--reason", "-r", default="", help="Why, for others.")
@output.json_option
def pause(*, reason: str, as_json: bool) -> None:
    """Give out nothing any more; what is at work goes on."""
    who = context.me()
    fresh = rules.pause(context.town(), reason or f"by {who.address}", who)
    _changed(fresh, "the scheduler is paused", as_json=as_json)


@click.command()
@output.json_option
def resume(*, as_json: bool) -> None:
    """Give out work again."""
    town = context.town()
    fresh = rules.resume(town, context.me())
    _changed(fresh, "the scheduler gives out work", as_json=as_json)
    context.after_writing(town)


def _changed(fresh: bool, told: str, *, as_json: bool) -> None:  # noqa: FBT001 - read at once
    if as_json:
        output.answer_json({"changed": fresh})
    else:
        output.answer(told if fresh else f"nothing changed: {told}")


@click.command()
@click.option("--bead", default="", metavar="BEAD", help="Only this one.")
@output.json_option
def clear(*, bead: str, as_json: bool) -> None:
    """Take out of the line what waits for a place; the beads stay as they are."""
    town = context.town()
    done = clearing.clear(town, bead, context.leader(["mayor"]))
    if as_json:
        output.answer_json([each.fields() for each in done])
    elif done:
        for each in done:
            output.answer(f"{each.source} waits no longer")
    else:
        output.answer("nothing changed: nothing waits")
    for each in done[:1]:
        context.after_noting(town, each.source)
