"""``git gt rig config``: properties of a rig, by layers."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.cli.noun import Noun

command = Noun(
    "See and set properties of a rig, by layers.",
    {
        "show": "gitgt.cli.rig.config:show",
        "set": "gitgt.cli.rig.config:put",
        "unset": "gitgt.cli.rig.config:drop",
    },
    usual="show",
)
_everywhere = click.option(
    "--global", "everywhere", is_flag=True, help="For all clones of the rig, in its ledger."
)
_local = click.option("--local", is_flag=True, help="On this machine alone, which is usual.")


@click.command()
@click.argument("rig", required=False)
@click.option("--layers", "apart", is_flag=True, help="What each layer says.")
@output.json_option
def show(*, rig: str | None, apart: bool, as_json: bool) -> None:
    """Show what holds for a rig, and where that is said."""
    from gitgt.services import properties

    town = context.town()
    where = context.rig_for(town, rig, option=False)
    if apart:
        there = properties.layers(town, where)
        if as_json:
            output.answer_json([{"layer": e.name, "values": dict(e.values)} for e in there])
            return
        output.table(
            (layer.name, key, "nothing below is asked" if value is None else str(value))
            for layer in there
            for key, value in layer.values.items()
        )
        return
    found = properties.every(town, where)
    if as_json:
        output.answer_json([each.fields() for each in found])
        return
    output.table(
        (each.key, str(each.value), " + ".join(each.layers) or "default") for each in found
    )


@click.command("set", context_settings={"ignore_unknown_options": True})  # such as -1
@click.argument("rig")
@click.argument("key")
@click.argument("value", required=False)
@_everywhere
@_local
@click.option("--block", is_flag=True, help="Say nothing here, and let no layer below speak.")
@output.json_option
def put(
    *, rig: str, key: str, value: str | None, everywhere: bool, local: bool, block: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Say what a property of a rig is, on this machine or for all clones."""
    from gitgt.services import properties

    town = context.town()
    where = town.rig(rig)
    if block == (value is not None) or (everywhere and (local or block)):
        raise click.UsageError("either a value, for this machine or --global, or --block")
    if block:
        fresh = properties.block(town, where, key, context.me())
    else:
        assert value is not None
        fresh = properties.put(town, where, key, value, context.me(), local=not everywhere)
    _answer(rig, key, fresh=fresh, as_json=as_json)


@click.command("unset")
@click.argument("rig")
@click.argument("key")
@_everywhere
@_local
@output.json_option
def drop(*, rig: str, key: str, everywhere: bool, local: bool, as_json: bool) -> None:
    """Say nothing of a property of a rig any more."""
    from gitgt.services import properties

    town = context.town()
    if everywhere and local:
        raise click.UsageError("--global or --local")
    where = town.rig(rig)
    fresh = properties.drop(town, where, key, context.me(), local=not everywhere)
    _answer(rig, key, fresh=fresh, as_json=as_json)


def _answer(rig: str, key: str, *, fresh: bool, as_json: bool) -> None:
    from gitgt.services import properties

    town = context.town()
    found = properties.get(town, town.rig(rig), key)
    if as_json:
        output.answer_json(found.fields())
    else:
        said = " + ".join(found.layers) or "default"
        word = "" if fresh else "nothing changed: "
        output.answer(f"{word}{key} of {rig} is {found.value} ({said})")
    if fresh:
        context.after_writing(town)
