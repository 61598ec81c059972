"""Look after worktrees of the crew."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.cli.crew import who
from gitgt.errors import RefusedError


@click.command()
@click.argument("names", metavar="[NAME...]", nargs=-1)
@who.rig_option
@click.option("--all", "every", is_flag=True, help="The whole crew.")
@output.json_option
def pristine(*, names: tuple[str, ...], rig: str | None, every: bool, as_json: bool) -> None:
    """Bring clean worktrees up to the rig's branch.

    One with changes that are not committed, or with commits of its own while the rig's branch
    has gone on, is left as it is, and told.
    """
    from gitgt.services.agents import crew_care

    town = context.town()
    told: list[dict[str, object]] = []
    failed: list[RefusedError] = []
    posts = who.all_meant(town, names, rig, every=every)
    context.leader(each.address for each in posts)
    for each in posts:
        try:
            told.append({"address": each.address, "commits": crew_care.pristine(town, each)})
        except RefusedError as error:
            failed.append(error)
    if as_json:
        output.answer_json(told)
    for row in [] if as_json else told:
        count = row["commits"]
        way = (
            f"brought up by {count} commit{'' if count == 1 else 's'}"
            if count
            else "up to date"
        )
        output.answer(f"{row['address']}: {way}")
    for refusal in failed[1:]:
        output.say(f"gt: {refusal.message}")
    if failed:
        raise failed[0]


@click.command()
@click.argument("old")
@click.argument("new")
@who.rig_option
@output.json_option
def rename(*, old: str, new: str, rig: str | None, as_json: bool) -> None:
    """Give a crew member another name: worktree, branch and hook go along."""
    from gitgt.services.agents import crew_care

    town = context.town()
    where, name = who.rig_of(town, old, rig)
    me = context.person("naming the crew is")
    made = crew_care.rename(town, where, name, new, me)
    if as_json:
        output.answer_json({"address": made.address, "worktree": str(made.worktree)})
    else:
        output.answer(f"{name} is {made.address} now, at {made.worktree}")


@click.command()
@click.argument("name")
@who.rig_option
@click.option("--force", "-f", is_flag=True, help="Although work is at hand there.")
@click.option("--purge", is_flag=True, help="What is assigned to them is nobody's then.")
@output.json_option
def remove(*, name: str, rig: str | None, force: bool, purge: bool, as_json: bool) -> None:
    """Take a crew member's worktree away; nothing that is in it is lost.

    Refused while a session goes on, while work hangs on the hook or waits to land, and while
    there are changes not committed or commits not landed. With --force all of that is kept
    first: in a snapshot, and in the trash.
    """
    from gitgt.services.agents import crew_care

    town = context.town()
    leaver = crew_care.leaver(town, *who.rig_of(town, name, rig))
    me = context.person("taking a worktree of the crew away is")
    kept = crew_care.remove(town, leaver, me, force=force, purge=purge)
    if as_json:
        output.answer_json({"address": leaver.address, **kept.fields()})
    else:
        output.answer(f"{leaver.address} has left the crew")
        for line in kept.lines():
            output.answer(f"  {line}")
    context.after_writing(town)
