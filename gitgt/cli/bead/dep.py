"""``git gt bead dep``: which bead waits for which."""

from __future__ import annotations

from typing import Final

import click

from gitgt.cli import context, output
from gitgt.cli.noun import Noun
from gitgt.model.documents import Dependency, DependencyType, When
from gitgt.services import beads, reading

command = Noun(
    "Say which bead waits for which.",
    {
        "add": "gitgt.cli.bead.dep:add",
        "remove": "gitgt.cli.bead.dep:remove",
        "list": "gitgt.cli.bead.dep:show",
        "tree": "gitgt.cli.bead.dep:tree",
        "cycles": "gitgt.cli.bead.dep:cycles",
        "waves": "gitgt.cli.bead.dep:waves",
    },
)

_KINDS: Final = click.Choice([each.value for each in DependencyType])


@click.command()
@click.argument("bead", metavar="ID")
@click.argument("on", metavar="ON")
@click.option(
    "--type",
    "-t",
    "kind",
    type=_KINDS,
    default=DependencyType.BLOCKS.value,
    show_default=True,
    help="How ID hangs on ON.",
)
@click.option(
    "--when",
    type=click.Choice([each.value for each in When]),
    help="The end that a conditional-blocks waits for, or any-child for a waits-for.",
)
@output.json_option
def add(*, bead: str, on: str, kind: str, when: str | None, as_json: bool) -> None:
    """Make ID wait for ON, or hang on it in another way.

    What would make anything wait for itself is refused.
    """
    town = context.town()
    one, other = reading.identify(town, bead), reading.identify(town, on)
    edge = Dependency(DependencyType(kind), other, when or "")
    changed = beads.link(town, one, edge, context.me())
    if as_json:
        output.answer_json(changed.fields())
    else:
        output.answer(_said(one, kind, other))
    context.after_noting(town, one)


@click.command()
@click.argument("bead", metavar="ID")
@click.argument("on", metavar="ON")
@click.option("--type", "-t", "kind", type=_KINDS, help="This edge alone, not all to ON.")
@output.json_option
def remove(*, bead: str, on: str, kind: str | None, as_json: bool) -> None:
    """Take away whatever makes ID hang on ON, which need not be there any more."""
    town = context.town()
    one = reading.identify(town, bead)
    other = reading.hung_on(town, one, on)
    changed, gone = beads.undepend(town, one, other, context.me(), kind=kind or "")
    if as_json:
        output.answer_json(changed.fields())
    else:
        output.answer(f"{one} no longer hangs on {other}: {', '.join(gone)}")
    context.after_noting(town, one)


@click.command("list")
@click.argument("bead", metavar="ID")
@output.json_option
def show(*, bead: str, as_json: bool) -> None:
    """List what ID hangs on, and what hangs on ID."""
    town = context.town()
    name = reading.identify(town, bead)
    edges = reading.edges(town, name)
    if as_json:
        output.answer_json([{"id": a, "type": kind, "on": b} for a, kind, b in edges])
    else:
        for a, kind, b in edges:
            output.answer(_said(a, kind, b))


@click.command()
@click.argument("bead", metavar="ID")
@click.option("--down", is_flag=True, help="What waits for ID, not what it waits for.")
@output.json_option
def tree(*, bead: str, down: bool, as_json: bool) -> None:
    """Show what ID waits for and has as parts, what those wait for, and so on."""
    from gitgt.cli.bead import drawing
    from gitgt.services import picture

    town = context.town()
    name = reading.identify(town, bead)
    found = picture.tree(picture.around(town, name), name, down=down)
    if as_json:
        output.answer_json([each.fields() for each in found])
    else:
        output.answer("\n".join(drawing.text(found)))


@click.command()
@context.rig_option
@output.json_option
def cycles(*, rig: str | None, as_json: bool) -> None:
    """List what waits for itself, each as one way round; it fails if there is any."""
    from gitgt.services import graph

    town = context.town()
    found = graph.cycles(town, context.ledgers_for(town, rig))
    if as_json:
        output.answer_json(found)
    for each in () if as_json else found:
        output.answer(" -> ".join((*each, each[0])))
        output.say(f"hint: {graph.way_out(town, each[0], each[1 % len(each)])}")
    if found:
        raise click.exceptions.Exit(1)


@click.command()
@context.rig_option
@output.json_option
def waves(*, rig: str | None, as_json: bool) -> None:
    """List open work in waves: each waits for nothing but earlier ones."""
    from gitgt.cli.bead.graph import answer_waves
    from gitgt.services import graph

    town = context.town()
    answer_waves(graph.waves(town, context.ledgers_for(town, rig)), as_json=as_json)


def _said(bead: str, kind: str, on: str) -> str:
    words = {
        "blocks": "waits for",
        "conditional-blocks": "waits for a certain end of",
        "waits-for": "waits for the children of",
        "merge-blocks": "waits for the landing of",
        "parent-child": "is a part of",
        "tracks": "tracks",
        "related": "is related to",
        "discovered-from": "was discovered from",
        "duplicates": "duplicates",
        "supersedes": "supersedes",
        "replies-to": "replies to",
    }
    return f"{bead} {words[kind]} {on}"
