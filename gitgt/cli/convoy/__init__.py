"""``git gt convoy``: work that travels together."""

from __future__ import annotations

from collections.abc import Iterable

import click

from gitgt.cli import context, output
from gitgt.cli.bar import bar
from gitgt.cli.noun import Noun
from gitgt.services.convoy import convoys, ending
from gitgt.services.convoy.convoys import Progress

command = Noun(
    "Make convoys, and see how far they are.",
    {
        "create": "gitgt.cli.convoy:create",
        "list": "gitgt.cli.convoy:show_all",
        "show": "gitgt.cli.convoy:show",
        "add": "gitgt.cli.convoy:add",
        "refresh": "gitgt.cli.convoy:refresh",
    },
    usual="list",
)


@click.command()
@click.argument("name")
@click.argument("beads", metavar="BEAD...", nargs=-1, required=True)
@click.option("--owner", default="", help="Whose convoy it is, if not yours.")
@output.json_option
def create(*, name: str, beads: tuple[str, ...], owner: str, as_json: bool) -> None:
    """Make a convoy of beads, of any rigs."""
    town = context.town()
    made = convoys.create(town, name, beads, context.me(), owner=owner)
    if as_json:
        output.answer_json(made.fields())
    else:
        output.answer(
            f"{made.id} is a convoy of {_counted(len(made.members))}: {output.one_line(name)}"
        )
    context.after_writing(town)


@click.command("list")
@click.option("--all", "everything", is_flag=True, help="The landed ones too.")
@output.json_option
def show_all(*, everything: bool, as_json: bool) -> None:
    """List convoys and how far they are."""
    found = convoys.every(context.town(), closed=everything)
    if as_json:
        output.answer_json([each.fields() for each in found])
    else:
        output.table(rows(found), head=("id", "status", "closed", "", "title"))


@click.command()
@click.argument("convoy_id", metavar="ID")
@output.json_option
def show(*, convoy_id: str, as_json: bool) -> None:
    """Show a convoy and how its members stand."""
    found = convoys.show(context.town(), convoy_id)
    if as_json:
        output.answer_json(found.fields())
        return
    output.table(rows([found]))
    output.table(
        (each.id, each.status or "unknown", each.assignee or "-", each.title or each.problem)
        for each in found.members
    )


@click.command()
@click.argument("convoy_id", metavar="ID")
@click.argument("beads", metavar="BEAD...", nargs=-1, required=True)
@output.json_option
def add(*, convoy_id: str, beads: tuple[str, ...], as_json: bool) -> None:
    """Let more beads travel along."""
    town = context.town()
    grown = convoys.add(town, convoy_id, beads, context.me())
    if as_json:
        output.answer_json(grown.fields())
    else:
        output.answer(f"{grown.id} is a convoy of {_counted(len(grown.members))}")
    context.after_writing(town)


@click.command()
@click.argument("convoy_id", metavar="[ID]", required=False)
@output.json_option
def refresh(*, convoy_id: str | None, as_json: bool) -> None:
    """Close the convoys whose last member is closed."""
    closed = ending.refresh(context.town(), context.me(), convoy_id or "")
    if as_json:
        output.answer_json([each.fields() for each in closed])
    else:
        for each in closed:
            output.answer(f"{each.id} has landed: {each.title}")
        if not closed:
            output.answer("nothing changed: no open convoy is complete")


def rows(found: Iterable[Progress]) -> Iterable[tuple[str, ...]]:
    """Return convoys as lines of a table."""
    for seen in found:
        convoy_, total = seen.convoy, len(seen.members)
        drawn = bar(seen.closed, total)
        yield (convoy_.id, convoy_.status, f"{seen.closed}/{total}", drawn, convoy_.title)


def _counted(beads: int) -> str:
    return f"{beads} bead{'' if beads == 1 else 's'}"
