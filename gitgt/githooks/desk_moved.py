"""A desk stands elsewhere than before: what is new on it goes into the ledger."""

from __future__ import annotations

from typing import Final

import click

from gitgt.errors import RefusedError
from gitgt.git import markers
from gitgt.git.command import line
from gitgt.githooks.place import Place
from gitgt.model.actor import Actor
from gitgt.services import desk, sync
from gitgt.services.identity import actor

_WHO: Final = Actor.role("desk")


def run(place: Place, _arguments: tuple[str, ...], _said: str) -> None:
    """Take the desk in; see ``take_in``."""
    take_in(place)


def _branch(place: Place) -> str:
    return place.ledger.ref.removeprefix("refs/heads/")


def say_if_astray(place: Place) -> None:
    """Say so if the worktree has left its branch, for else than a rebase."""
    if place.desk is not None or place.is_rebasing:
        return
    who = actor(place.environ, place.cwd)
    if place.is_on_ledger:
        click.echo("gt: this is the ledger itself, where no commit is taken", err=True)
        click.echo(f"hint: {desk.step_off(place.ledger, place.git_dir, who)}", err=True)
        return
    if markers.is_astray(place.git_dir):
        click.echo("gt: what is committed here does not reach the ledger", err=True)
        click.echo(f"hint: {desk.way_to_a_desk(place.ledger, place.git_dir, who)}", err=True)
        return
    click.echo(
        "gt: what is committed here does not reach the ledger: this is no desk branch", err=True
    )
    for each in [*desk.desks(place.ledger)][:1]:
        click.echo(f"hint: git switch {each.ref.removeprefix('refs/heads/')}", err=True)


def take_in(place: Place) -> None:
    """Merge the desk into the ledger, and bring it to where the ledger then stands.

    Raises:
        RefusedError: what was committed past the check breaks a rule; an escalation says so.
    """
    here = place.desk
    if here is None or place.is_rebasing:
        return
    sync.take_arrivals(place.ledger)
    try:
        desk.take_in(place.ledger, here)
    except RefusedError as problem:
        escalation = desk.set_aside(place.ledger, here, problem, _WHO)
        desk.note_seen(place.ledger, here)
        raise RefusedError(
            f"committed, but not in the ledger:\n{problem.message}",
            hint=f"mend it and commit again, or git reset --hard {_branch(place)}; "
            f"{escalation} tells the others",
        ) from problem
    if not desk.refresh(place.ledger, here):
        _say_behind(place)


def _say_behind(place: Place) -> None:
    edits = line("status", "--porcelain", "--untracked-files=no", cwd=place.cwd)
    why = "others changed a file you edit" if edits else "git is still at it"
    way = "commit them, and the desk catches up" if edits else "git gt tick, and it catches up"
    click.echo(f"gt: the ledger has it; the desk stays behind: {why}", err=True)
    click.echo(f"hint: {way}", err=True)
