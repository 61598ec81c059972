"""Put beads on hooks, and take them off."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.cli.hook.look import whose_hook
from gitgt.model.ids import is_bead_id


@click.command()
@click.argument("bead")
@click.argument("target", required=False, metavar="[RIG/NAME|PERSON]")
@click.option("--force", "-f", is_flag=True, help="Replace what hangs there unfinished.")
@output.json_option
def attach(*, bead: str, target: str | None, force: bool, as_json: bool) -> None:
    """Put a bead on a hook: yours, or somebody's.

    One hangs there already that is not finished: then only by force, and that one is open
    again; its branch stays.
    """
    put_on(bead, target, force=force, as_json=as_json)


def put_on(bead: str, target: str | None, *, force: bool, as_json: bool) -> None:
    """Put a bead on a hook, and say so."""
    from gitgt.services.agents import hook_moves

    town = context.town()
    done = hook_moves.attach(town, bead, whose_hook(town, target), context.me(), force=force)
    if as_json:
        output.answer_json([done.bead.fields()])
    else:
        again = "" if done.fresh else " already"
        output.answer(f"{done.bead.id} is on the hook of {done.bead.assignee}{again}")
    if done.fresh:
        context.say_if_provisional(town, done.bead.id)
        context.after_writing(town)


@click.command("unsling")
@click.argument("what", required=False, metavar="[BEAD]")
@click.argument("target", required=False, metavar="[RIG/NAME|PERSON]")
@click.option("--force", "-f", is_flag=True, help="Although it is not finished.")
@output.json_option
def detach(*, what: str | None, target: str | None, force: bool, as_json: bool) -> None:
    """Take a bead off a hook.

    Yours, or somebody's; it is open again. What has been begun is taken off only by force: its
    branch stays, and what is not committed is saved.
    """
    take_off(what, target, force=force, as_json=as_json)


def take_off(what: str | None, target: str | None, *, force: bool, as_json: bool) -> None:
    """Take a bead off a hook, and say so; one word may name either."""
    from gitgt.services.agents import hook_moves

    town = context.town()
    if what is not None and target is None and not is_bead_id(what):
        what, target = None, what
    if what is not None and target is None:
        target = _holder(what)
    done = hook_moves.detach(
        town, what or "", whose_hook(town, target), context.me(), force=force
    )
    if as_json:
        output.answer_json([done.bead.fields()])
    else:
        output.answer(f"{done.bead.id} is off the hook of {done.address}, and open")
    context.after_writing(town)


def _holder(bead: str) -> str | None:
    """Return on whose hook a bead is; None if on nobody's."""
    from gitgt.services import reading

    town = context.town()
    known = reading.identify(town, bead)
    return town.ledger_of(known).snapshot().bead(known).assignee or None
