"""``git gt done``."""

from __future__ import annotations

from pathlib import Path

import click

from gitgt.cli import conflicting, context, output
from gitgt.services import submit


@click.command()
@output.json_option
def command(*, as_json: bool) -> None:
    """Hand in the work of this worktree.

    Commits what is not committed yet and asks the refinery to land the branch.
    """
    town = context.town()
    sandbox = submit.Sandbox.around(town, Path.cwd())
    request = submit.done(sandbox, context.me())
    bead = sandbox.assignment.bead
    if request is None:
        output.answer("null" if as_json else f"{bead} is closed: nothing is to land")
    elif as_json:
        output.answer_json(request.fields())
    else:
        output.answer(f"{bead} is submitted as {request.id} at {request.head[:12]}")
    if request is not None:
        conflicting.tell(town, request)
    context.after_writing(town)
