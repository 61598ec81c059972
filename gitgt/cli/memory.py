"""``git gt remember``, ``git gt memories`` and ``git gt forget``; ``git bd`` has them, too."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.cli.one_of import OneOf
from gitgt.services import memories

_topic = click.option(
    "--type", "-t", "topic", type=OneOf("gitgt.model.documents:Topic"), help="What it is about."
)


@click.command()
@click.argument("text")
@_topic
@click.option("--key", "-k", default="", help="What it is called; else its first words.")
@click.option("--role", default="", help="For those of one role alone, such as polecat.")
@context.rig_option
@output.json_option
def remember(
    *, text: str, topic: str | None, key: str, role: str, rig: str | None, as_json: bool
) -> None:
    """Remember what agents are told.

    They are told when they begin: in a rig's folder it is for the rig's agents, elsewhere for
    all of the town. Under a key
    that is known, it takes the place of what was remembered so.
    """
    from gitgt.model.documents import Topic

    town = context.town()
    wanted = memories.Wanted(text, key, Topic(topic or Topic.GENERAL), role)
    made = memories.remember(town, context.ledger_for(town, rig), wanted, context.me())
    context.after_noting(town, made.id)
    if as_json:
        output.answer_json([made.fields()])
    else:
        output.answer(f"{made.id} is remembered as {made.title}")


@click.command("memories")
@click.argument("query", required=False, default="")
@_topic
@click.option("--role", help="What whoever has this role is told.")
@click.option("--all", "everything", is_flag=True, help="What is forgotten, too.")
@context.rig_option
@output.json_option
def every(
    *, query: str, topic: str | None, role: str | None, everything: bool, rig: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """List what is remembered.

    With QUERY, what of it holds that word.
    """
    town = context.town()
    places = context.ledgers_for(town, rig)
    found = memories.find(
        town, places, query, topic=topic or "", role=role, forgotten=everything
    )
    if as_json:
        output.answer_json([each.fields() for each in found])
        return
    output.table(
        (each.id, each.title, each.topic, each.role or "-", each.status, each.description)
        for each in found
    )


@click.command()
@click.argument("key")
@click.option("--role", help="What is remembered for this role alone.")
@context.rig_option
@output.json_option
def forget(*, key: str, role: str | None, rig: str | None, as_json: bool) -> None:
    """Forget what is remembered under a key.

    It is told no more; the ledger's history keeps it.
    """
    town = context.town()
    places = context.ledgers_for(town, rig)
    ended = memories.forget(town, places, key, context.me(), role=role)
    context.after_noting(town, ended[0].id)
    if as_json:
        output.answer_json([each.fields() for each in ended])
        return
    for each in ended:
        output.answer(f"{each.id} is forgotten: {each.title}")
