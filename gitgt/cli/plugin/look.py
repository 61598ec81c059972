"""See plugins, and how their runs went."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gitgt.cli import context, output

if TYPE_CHECKING:
    from gitgt.services.plugins.runs import Run


@click.command("list")
@output.json_option
def every(*, as_json: bool) -> None:
    """List the plugins of the town and its rigs, and when each is to run."""
    from gitgt.services.plugins import library

    town = context.town()
    shelf = library.shelf(town)
    loose = library.uncommitted(town, shelf)
    if as_json:
        output.answer_json([each.fields() for each in shelf.plugins])
    else:
        output.table(
            (each.name, each.rig or "town", each.gate.told(), each.description)
            for each in shelf.plugins
        )
    for broken in shelf.broken:
        output.say(f"gt: {broken.why}")
    for path in loose:
        output.say(f"gt: {path} is not committed, and does not run")


@click.command()
@click.argument("name")
@click.option("--rig", metavar="RIG", help="The rig whose plugin is meant.")
@output.json_option
def show(*, name: str, rig: str | None, as_json: bool) -> None:
    """Show what a plugin says, when it runs, and how it went last."""
    from gitgt.services.plugins import library, runs

    town = context.town()
    found = library.shelf(town).find(name, rig or "")
    past = [each for each in runs.every(town, plugin=name) if each.rig == found.rig]
    last = past[0] if past else None
    if as_json:
        output.answer_json(
            found.fields()
            | {"instructions": found.instructions, "last": last.fields() if last else None}
        )
        return
    output.answer(f"{found.name}: {found.description}" if found.description else found.name)
    rows = (
        ("of", found.rig or "the town"), ("runs", found.gate.told()),
        ("may take", f"{found.timeout:g} s"), ("is done by", _by(script=found.script)),
        ("lies in", found.path), ("last", _told(last) if last else ""),
    )  # fmt: skip
    for key, value in rows:
        if value:
            output.answer(output.one_line(f"  {key:<10} {value}"))
    if found.instructions:
        output.answer(f"\n{found.instructions}")


def _by(*, script: bool) -> str:
    return "run.sh" if script else "an agent"


def _told(run: Run) -> str:
    fields = run.fields()
    return (
        f"{fields['result']}, {fields['began']}, dogs/{fields['dog']} {fields['why']}".rstrip()
    )


@click.command()
@click.argument("name")
@click.option("--limit", type=int, default=10, show_default=True, help="So many at the most.")
@output.json_option
def history(*, name: str, limit: int, as_json: bool) -> None:
    """List how a plugin's runs went, the newest first."""
    from gitgt.services.plugins import runs

    found = runs.every(context.town(), plugin=name)[: max(0, limit)]
    if as_json:
        output.answer_json([each.fields() for each in found])
        return
    output.table(
        (
            each.id, str(each.result), each.fields()["began"], each.rig or "town",
            f"dogs/{each.dog}", each.why,
        )
        for each in found
    )  # fmt: skip
