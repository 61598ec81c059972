"""``git gt bead delete``."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.cli.bead import answers


@click.command()
@answers.several
@click.option("--reason", "-r", default="", help="Why.")
@click.option("--force", "-f", is_flag=True, help="Even if live beads lean on it.")
@output.json_option
def command(*, names: tuple[str, ...], reason: str, force: bool, as_json: bool) -> None:
    """Delete beads: their ids and titles stay as tombstones, their texts go.

    What they said is still in the history: git gt bead history ID.
    """
    from gitgt.services import ending

    town = context.town()
    done = ending.delete(
        town, answers.named(town, names), context.me(), reason=reason, force=force
    )
    answers.changed(done, "deleted {}", as_json=as_json)
    context.after_writing(town)
