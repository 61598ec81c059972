"""``git gt mq jump``, ``hold``, ``reject``, ``retry``, ``freeze``: steer the merge queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import click

from gitgt.cli import context, output

if TYPE_CHECKING:
    from gitgt.model.documents import MergeRequest
    from gitgt.model.ids import BeadId
    from gitgt.services.town import Town

_Function = TypeVar("_Function", bound=Callable[..., object])


def one(function: _Function) -> _Function:
    """Give a command a request, which it gets as ``words``: its rig may stand before it."""
    argument = click.argument("words", metavar="[RIG] REQUEST", nargs=-1, required=True)
    return argument(function)


def meant(town: Town, words: tuple[str, ...]) -> BeadId:
    """Return the request that *words* name: its id, its bead's, or its branch."""
    from gitgt.services.queue import steering

    if len(words) > 2:
        raise click.UsageError(f"one request, please, and not {len(words)}")
    rig = town.rig(words[0]) if len(words) == 2 else None
    return steering.identify(town, words[-1], rig)


def told(town: Town, request: MergeRequest, said: str, *, as_json: bool) -> None:
    """Answer with a request that was changed, and see to what that sets off."""
    if as_json:
        output.answer_json(request.fields())
    else:
        output.answer(said)
    context.after_writing(town)


@click.command()
@one
@output.json_option
def jump(*, words: tuple[str, ...], as_json: bool) -> None:
    """Put a request before all others."""
    from gitgt.services.queue import steering

    town = context.town()
    moved = steering.jump(town, meant(town, words), context.me())
    told(town, moved, f"{moved.id} stands before all others", as_json=as_json)


@click.command()
@one
@click.option("--reason", "-r", required=True, help="Why it is not to go.")
@output.json_option
def hold(*, words: tuple[str, ...], reason: str, as_json: bool) -> None:
    """Let a request keep its place, and neither test nor land it."""
    from gitgt.services.queue import steering

    town = context.town()
    held = steering.hold(town, meant(town, words), reason, context.me())
    told(town, held, f"{held.id} is held: {held.held}", as_json=as_json)


@click.command()
@one
@output.json_option
def unhold(*, words: tuple[str, ...], as_json: bool) -> None:
    """Let a request go that was held."""
    from gitgt.services.queue import steering

    town = context.town()
    free = steering.unhold(town, meant(town, words), context.me())
    told(town, free, f"{free.id} is not held", as_json=as_json)


@click.command()
@one
@click.option("--reason", "-r", required=True, help="What its author is to know.")
@click.option("--notify", is_flag=True, help="Say so in a comment of its bead too.")
@output.json_option
def reject(*, words: tuple[str, ...], reason: str, notify: bool, as_json: bool) -> None:
    """Give a request back to its author.

    Its bead is on their hook again, and the branch stays as it is. The next commit that closes
    the bead is the next revision, and keeps the place in the queue.
    """
    from gitgt.services.queue import steering
    from gitgt.services.queue.steering import Refusal

    town = context.town()
    back = steering.reject(town, meant(town, words), Refusal(reason, notify), context.me())
    told(town, back, f"{back.id} is rejected: {back.reason}", as_json=as_json)


@click.command()
@one
@click.option("--now", "first", is_flag=True, help="And let it before all others.")
@output.json_option
def retry(*, words: tuple[str, ...], first: bool, as_json: bool) -> None:
    """Ask again for a request that came back, as it is.

    For when a gate erred or a machine was mended: what was red is tested once more.
    """
    from gitgt.services.queue import steering

    town = context.town()
    again = steering.retry(town, meant(town, words), context.me(), first=first)
    where = "before all others" if first else "at its place"
    told(town, again, f"{again.id} is in the queue again, {where}", as_json=as_json)


@click.command()
@click.argument("rig", required=False)
@click.option("--reason", "-r", required=True, help="Why nothing is to land.")
@output.json_option
def freeze(*, rig: str | None, reason: str, as_json: bool) -> None:
    """Let nothing land on a rig; gates go on."""
    from gitgt.services.queue import tuning
    from gitgt.services.queue.tuning import Brake

    town = context.town()
    where = context.rig_for(town, rig, option=False)
    fresh = tuning.put_on(town, where, Brake.FROZEN, reason, context.me())
    said = f"nothing lands on {where.name}: {reason}"
    changed(town, where.name, said, fresh=fresh, as_json=as_json)


@click.command()
@click.argument("rig", required=False)
@output.json_option
def thaw(*, rig: str | None, as_json: bool) -> None:
    """Let the queue of a rig go on."""
    from gitgt.services.queue import tuning
    from gitgt.services.queue.tuning import Brake

    town = context.town()
    where = context.rig_for(town, rig, option=False)
    fresh = tuning.take_off(town, where, Brake.FROZEN, context.me())
    changed(town, where.name, f"{where.name} lands what passes", fresh=fresh, as_json=as_json)


def changed(town: Town, rig: str, said: str, *, fresh: bool, as_json: bool) -> None:
    """Answer how the queue of a rig is set now, and see to what that sets off."""
    if as_json:
        output.answer_json({"rig": rig, "changed": fresh})
    else:
        output.answer(said if fresh else f"nothing changed: {said}")
    context.after_writing(town)
