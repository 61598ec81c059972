"""``git-gt tap``: called by agents' programs, and by nobody else; see ``tap_door``."""

from __future__ import annotations

import click

from gitgt.cli import tap_door


@click.command(
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False}
)
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="EVENT --dialect DIALECT")
def command(words: tuple[str, ...]) -> None:
    """Answer what an agent's program says of itself."""
    raise click.exceptions.Exit(tap_door.answer([*words]))
