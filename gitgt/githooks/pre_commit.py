"""A desk's commit is checked before it is made."""

from __future__ import annotations

from gitgt.githooks.place import Place
from gitgt.services import desk
from gitgt.services.identity import actor


def run(place: Place, _arguments: tuple[str, ...], _said: str) -> None:
    """Refuse beads that break the schema or their lifecycle.

    Raises:
        RefusedError: the message lists each with its file, its line and the rule.
    """
    tree = desk.staged_tree(place.cwd, dict(place.environ))
    desk.check_staged(place.ledger, place.cwd, tree, actor(place.environ, place.cwd))
