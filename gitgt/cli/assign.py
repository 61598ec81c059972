"""``git gt assign``: make a bead and put it on somebody's hook."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gitgt.cli import context, output

if TYPE_CHECKING:
    from gitgt.model.actor import Actor
    from gitgt.model.documents import Bead
    from gitgt.services.town import Rig, Town


@click.command()
@click.argument("name", metavar="WHO")
@click.argument("title")
@click.option("--description", "-d", default="", help="What it is about, at length.")
@click.option("--type", "-t", "kind", default="task", show_default=True, help="Its type.")
@click.option(
    "--priority", "-p", type=click.IntRange(0, 4), default=2, help="How urgent it is."
)
@click.option("--label", "-l", "labels", multiple=True, help="A label; may be given again.")
@click.option("--nudge", is_flag=True, help="Tell them, if they are at work.")
@click.option("--force", "-f", is_flag=True, help="What hangs there is put back.")
@context.rig_option
@output.json_option
def command(
    *,
    name: str,
    title: str,
    description: str,
    kind: str,
    priority: int,
    labels: tuple[str, ...],
    nudge: bool,
    force: bool,
    rig: str | None,
    as_json: bool,
) -> None:
    """Make a bead on somebody's hook, in one go.

    WHO is the name of a crew member of the rig, or RIG/NAME or RIG/crew/NAME.
    """
    from gitgt.cli.crew.who import only_rig
    from gitgt.services import assigning

    town = context.town()
    me = context.me()
    named = name.partition("/")[0] if "/" in name else only_rig(town, name)
    where = context.rig_for(town, rig or named)
    to = name if "/" in name else f"{where.name}/crew/{name}"
    said = {"title": title, "type": kind, "priority": priority, "description": description}
    chosen = {**said, "labels": tuple(sorted(set(labels)))}
    made = assigning.assign(town, where, to, me, chosen, force=force)
    if nudge:
        _nudge(town, made, me)
    if as_json:
        output.answer_json(made.fields())
    else:
        output.answer(f"{made.id} is on the hook of {made.assignee}: {made.title}")
    context.say_if_provisional(town, made.id)
    context.after_writing(town)
    _say_if_by_hand(where, made)


def _nudge(town: Town, made: Bead, me: Actor) -> None:
    from gitgt.services.mail import nudging

    word = nudging.Word(text=f"{made.id} is on your hook: {made.title}")
    nudging.nudge(town, [made.assignee], word, me.address, me)


def _say_if_by_hand(rig: Rig, made: Bead) -> None:
    from gitgt.cli.session.whom import say_if_by_hand

    say_if_by_hand(rig, made.assignee)
