"""The face that git's hooks see: ``git-gt githook NAME ARGS...``.

The hooks know three answers: 0, "refused" and everything else, which means that we could not
run; that is told, and lets the person go on.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import click

from gitgt.errors import GtError, NewerDataError, RefusedError
from gitgt.githooks.place import Place

REFUSED: Final = 10
HOOKS: Final = {
    "pre-commit": "gitgt.githooks.pre_commit",
    "post-commit": "gitgt.githooks.post_commit",
    "post-merge": "gitgt.githooks.desk_moved",
    "post-rewrite": "gitgt.githooks.desk_moved",
    "post-checkout": "gitgt.githooks.post_checkout",
    "pre-push": "gitgt.githooks.pre_push",
    "pre-receive": "gitgt.githooks.pre_receive",
    "post-receive": "gitgt.githooks.post_receive",
    # No hook of git's: post-commit asks for it where a watcher does the rest.
    "conflict": "gitgt.githooks.conflict",
}
# The others only tell: when they run, git has done what was asked.
_MAY_REFUSE: Final = ("pre-commit", "pre-push", "pre-receive")
# Nothing that cannot be judged gets in: what cannot be done was told, and that is refused.
_ALWAYS: Final = "pre-receive"
# They see to all that follows themselves.
_ALONE: Final = ("conflict", "post-receive")

Run = Callable[[Place, tuple[str, ...], str], None]


@click.command(
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False}
)
@click.argument("name", type=click.Choice([*HOOKS]))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(name: str, arguments: tuple[str, ...]) -> None:
    """Do what one of git's hooks asks for."""
    run: Run = importlib.import_module(HOOKS[name]).run
    said = sys.stdin.buffer.read().decode(errors="surrogateescape")
    place = Place.of(Path.cwd(), os.environ)
    try:
        run(place, arguments, said)
        if name not in (*_MAY_REFUSE, *_ALONE):
            _go_on(place)
    except GtError as error:
        tell(error)
        if name in _MAY_REFUSE:
            sure = isinstance(error, RefusedError | NewerDataError) or name == _ALWAYS
            raise click.exceptions.Exit(REFUSED if sure else 1) from error


def _go_on(place: Place) -> None:
    """Do what follows, since no watcher does: start agents, test, land.

    What a desk's commit put on a hook and could not stay there is told.
    """
    from gitgt.daemon.assemble import one_pass
    from gitgt.daemon.presence import others_act
    from gitgt.services.agents import hook

    if others_act(place.town.root):
        return
    before = place.ledger.snapshot() if place.is_desk else None
    one_pass(place.town)
    for each in hook.released(before, place.ledger.snapshot()) if before else ():
        click.echo(f"gt: {each.id} was released: {each.reason}", err=True)


def tell(error: GtError) -> None:
    """Say what is wrong, and what to do about it."""
    click.echo(f"gt: {error.message}", err=True)
    if error.hint:
        click.echo(f"hint: {error.hint}", err=True)
