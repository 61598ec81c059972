"""``git gt install``."""

from __future__ import annotations

import time
from pathlib import Path

import click

from gitgt.cli import context, output
from gitgt.services import install


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=Path("~/gt"))
@click.option("--git", is_flag=True, help="Accepted: a town is always a git repository.")
@output.json_option
def command(*, path: Path, git: bool, as_json: bool) -> None:  # noqa: ARG001 - see its help
    """Make a town, by default at ~/gt.

    Said again, it mends what is missing and changes nothing else.
    """
    with output.progress("making the town"):
        town, fresh = install.install(path, context.me(), time.time)
    if as_json:
        output.answer_json({"root": str(town.root), "changed": fresh})
    elif fresh:
        output.answer(f"the town is at {town.root}")
    else:
        output.answer(f"nothing changed: the town at {town.root} is complete")
