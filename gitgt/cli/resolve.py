"""``git gt resolve``."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from gitgt.cli import context, output
from gitgt.model.conflict import handing_in
from gitgt.services.queue import resolve
from gitgt.services.queue.resolve import Begun, Place


@click.command()
@click.option("--rebase", is_flag=True, help="Rebase the branch instead of merging.")
@output.json_option
def command(*, rebase: bool, as_json: bool) -> None:
    """Begin the merge that settles a conflict.

    The target is merged into this worktree's branch, as by git merge, with both sides and the
    base between the marks of what conflicts. Nothing is done where something is not committed.
    What was resolved before is filled in, and left to be checked.
    """
    place = Place.around(context.town(), Path.cwd())
    begun = resolve.begin(place, rebase=rebase)
    if as_json:
        output.answer_json(_fields(place, begun))
    else:
        _tell(place, begun, "rebase" if rebase else "merge")


def _fields(place: Place, begun: Begun) -> dict[str, object]:
    return {
        "branch": place.branch,
        "target": place.target,
        "tip": place.tip,
        "request": str(place.request.id) if place.request else None,
        "changed": begun.changed,
        "paths": [{"path": each, "filled": each in begun.filled} for each in begun.paths],
    }


def _tell(place: Place, begun: Begun, verb: str) -> None:
    if not begun.changed:
        output.answer(f"{place.branch} has all of {place.target}: nothing is to resolve")
        return
    if not begun.paths:
        output.answer(f"{place.branch} has {place.target} in it now, without a conflict")
        output.say(f"hint: {handing_in(place.branch)}")
        return
    for each in begun.paths:
        how = "filled in as it was resolved before: check it" if each in begun.filled else ""
        output.answer(f"{each}: {how or 'to resolve'}")
    names = shlex.join(begun.paths)
    end = "git commit --no-edit" if verb == "merge" else "git rebase --continue"
    then = handing_in(place.branch)
    output.say(f"hint: git add {names} && {end} && {then}; or git {verb} --abort")
