"""Another commit was checked out on a desk."""

from __future__ import annotations

from gitgt.githooks.desk_moved import say_if_astray, take_in
from gitgt.githooks.place import Place


def run(place: Place, _arguments: tuple[str, ...], _said: str) -> None:
    """Take the desk in; say so if the worktree has left its branch."""
    say_if_astray(place)
    take_in(place)
