"""``git gt bead label``: words to find beads by."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.cli.bead import answers
from gitgt.cli.noun import Noun

command = Noun(
    "Give beads labels, take them away, see which there are.",
    {
        "add": "gitgt.cli.bead.label:add",
        "remove": "gitgt.cli.bead.label:remove",
        "list": "gitgt.cli.bead.label:show",
    },
    usual="list",
)


@click.command()
@answers.several
@click.argument("label")
@output.json_option
def add(*, names: tuple[str, ...], label: str, as_json: bool) -> None:
    """Give beads a label: the last word."""
    _change(names, f"{{}} has the label {label}", added=(label,), as_json=as_json)


@click.command()
@answers.several
@click.argument("label")
@output.json_option
def remove(*, names: tuple[str, ...], label: str, as_json: bool) -> None:
    """Take a label, the last word, away from beads."""
    _change(names, f"{{}} has no label {label}", removed=(label,), as_json=as_json)


def _change(
    names: tuple[str, ...],
    line: str,
    *,
    added: tuple[str, ...] = (),
    removed: tuple[str, ...] = (),
    as_json: bool,
) -> None:
    from gitgt.services import beads

    town = context.town()
    wanted = beads.Update({}, added=added, removed=removed)
    done = beads.update_all(town, answers.named(town, names), context.me(), wanted)
    answers.changed(done, line, as_json=as_json)
    context.after_noting(town, done[0].bead.id)


@click.command("list")
@click.argument("bead", metavar="[ID]", default="")
@context.rig_option
@output.json_option
def show(*, bead: str, rig: str | None, as_json: bool) -> None:
    """List the labels of a bead, or all there are with how many beads have each."""
    from gitgt.services import reading, select

    town = context.town()
    if bead:
        labels = list(reading.show(town, bead).labels)
        if as_json:
            output.answer_json(labels)
        else:
            for each in labels:
                output.answer(each)
        return
    found = select.labels_in_use(town, context.ledgers_for(town, rig))
    if as_json:
        output.answer_json([{"label": each, "count": count} for each, count in found])
    else:
        output.table([(str(count), each) for each, count in found])
