"""Bring projects into the town, and say what may leave it for them."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.cli.rig import look


@click.command()
@click.argument("name")
@click.argument("url", metavar="URL|PATH")
@click.option("--prefix", default="", help="What its beads' ids begin with.")
@click.option(
    "--branch", default="", help="The branch that work lands on, if not its default one."
)
@click.option(
    "--ledger", default="beads", show_default=True, help="The branch that holds its beads."
)
@output.json_option
def add(*, name: str, url: str, prefix: str, branch: str, ledger: str, as_json: bool) -> None:
    """Wrap a repository: its beads, its agents' worktrees, its merge queue.

    The repository itself is read and not changed.
    """
    from gitgt.services import rig as service

    wanted = service.Wanted(name, url, prefix=prefix, branch=branch, ledger=ledger)
    with output.progress(f"fetching {url}"):
        made, fresh = service.add(context.town(), wanted, context.me())
    if as_json:
        output.answer_json({**look.fields(made), "changed": fresh})
    elif fresh:
        output.answer(f"{made.name} is a rig: prefix {made.prefix}, branch {made.branch}")
    else:
        output.answer(f"nothing changed: {made.name} is a rig already")


@click.command()
@click.argument("name")
@click.option("--off", "--stop", "off", is_flag=True, help="From now on no longer.")
@click.option("--remote", default="", metavar="R", help="Through this remote, not origin.")
@output.json_option
def share(*, name: str, off: bool, remote: str, as_json: bool) -> None:
    """Let a rig's ledger and agents' branches be pushed to its project's remote.

    Nothing is pushed by that: git gt sync does it, and what lands from then on lands there
    first. Before it, nothing of ours leaves.
    """
    from gitgt.services import rig as service

    fresh = service.share(context.town(), name, context.me(), shared=not off, remote=remote)
    told = "stays in this clone" if off else "may be pushed to its project's remote"
    if as_json:
        output.answer_json({"name": name, "shared": not off, "changed": fresh})
    else:
        output.answer(f"{'' if fresh else 'nothing changed: '}the ledger of {name} {told}")


@click.command()
@click.argument("name")
@click.option("--force", "-f", is_flag=True, help="End its sessions, whatever is at hand.")
@click.option("--delete", is_flag=True, help="Its folder goes, too; what it held is kept.")
@output.json_option
def remove(*, name: str, force: bool, delete: bool, as_json: bool) -> None:
    """Let the town know a rig no more; its folder stays, unless --delete is given.

    With --delete all its refs, and what was not committed in its worktrees, are in the
    town's own trash before anything goes. What is not ours in its folder stays.
    """
    from gitgt.services.rig_state import removal

    town = context.town()
    rig = town.rig(name)
    done = removal.remove(town, rig, context.me(), force=force, delete=delete)
    if as_json:
        output.answer_json(done.fields())
        return
    output.answer(f"{name} is no rig of this town any more")
    if done.trash:
        output.answer(f"what it held is kept: {done.trash}")
    if done.left:
        output.answer(f"left in {done.path}: {', '.join(done.left)}")
    if not delete and rig.is_here:
        output.answer(f"its folder is {done.path}")
        output.say(f"hint: git gt rig add {name} {rig.origin} brings it back")
