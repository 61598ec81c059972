"""A desk's commit is checked before it is made."""

from __future__ import annotations

import click

from gitgt.errors import RefusedError
from gitgt.githooks.place import Place
from gitgt.services import addressees, desk
from gitgt.services.identity import actor


def run(place: Place, _arguments: tuple[str, ...], _said: str) -> None:
    """Refuse beads that break the schema or their lifecycle, or would wait for themselves.

    Raises:
        RefusedError: the message lists each with its file, its line and the rule; or the
            commit would be one of the ledger's own.
    """
    who = actor(place.environ, place.cwd)
    if place.is_on_ledger:
        raise RefusedError(
            "this worktree stands on the ledger itself, and a commit there "
            "can undo what others write meanwhile",
            hint=desk.step_off(place.ledger, place.git_dir, who),
        )
    tree = desk.staged_tree(place.cwd, dict(place.environ))
    found = desk.check_staged(place.ledger, place.cwd, tree, who)
    now = place.ledger.snapshot()
    addressees.check(place.town, place.rig, now, tree, found.documents)
    if any(each.dependencies or getattr(each, "parent", "") for each in found.documents):
        from gitgt.services import by_hand

        for each in by_hand.check(place.town, place.rig, tree, found):
            click.echo(f"gt: {each}", err=True)
