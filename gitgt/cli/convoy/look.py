"""See convoys: how far they are, and which stand still."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click

from gitgt.cli import context, output, then
from gitgt.cli.bar import bar
from gitgt.model.documents import Convoy
from gitgt.model.lifecycle import ConvoyStatus
from gitgt.services.convoy import convoys
from gitgt.services.convoy.convoys import Progress

_STATUSES = [str(each) for each in ConvoyStatus]


@click.command("list")
@click.option("--all", "everything", is_flag=True, help="The landed ones too.")
@click.option("--status", type=click.Choice(_STATUSES), help="Only those that stand so.")
@click.option("--tree", is_flag=True, help="With the members of each.")
@then.option
@output.json_option
def show_all(
    *, everything: bool, status: str | None, tree: bool, at: str, as_json: bool
) -> None:  # fmt: skip
    """List convoys and how far they are."""
    closed = everything or status == ConvoyStatus.CLOSED
    seen = then.town_at(context.town(), at)
    every = convoys.every(seen, closed=closed)
    found = [each for each in every if status in (None, each.convoy.status)]
    if as_json:
        then.answer_json(seen, [each.fields() for each in found])
        return
    then.head(seen)
    if tree:
        output.blocks(_lines(each) for each in found)
    else:
        output.table(rows(found), head=("id", "status", "closed", "", "title"))


@click.command()
@click.argument("convoy_id", metavar="ID")
@then.option
@output.json_option
def show(*, convoy_id: str, at: str, as_json: bool) -> None:
    """Show a convoy and how its members stand."""
    town = context.town()
    seen = then.town_at(town, at)
    found = then.looked(town, seen, convoy_id, convoys.show)
    if as_json:
        then.answer_json(seen, found.fields())
        return
    then.head(seen)
    _show(found, as_json=False)


@click.command()
@click.argument("convoy_id", metavar="[ID]", required=False)
@output.json_option
def status(*, convoy_id: str | None, as_json: bool) -> None:
    """Show how the members of a convoy stand, or of all that are open."""
    town = context.town()
    if convoy_id is not None:
        _show(convoys.show(town, convoy_id), as_json=as_json)
        return
    found = convoys.every(town, closed=False)
    if as_json:
        output.answer_json([each.fields() for each in found])
    else:
        output.blocks(_lines(each) for each in found)


@click.command()
@output.json_option
def stranded(*, as_json: bool) -> None:
    """List the open convoys that stand still, with what is stuck and what helps."""
    from gitgt.services.convoy import stranded as still

    found = still.stranded(context.town())
    if as_json:
        output.answer_json([each.fields() for each in found])
        return
    for each in found:
        convoy, counts = each.view.convoy, f"{each.view.closed}/{len(each.view.members)}"
        output.answer(f"{convoy.id}  {each.kind}  {counts}  {output.one_line(convoy.title)}")
        if each.help:
            output.answer(f"  {each.help}")
        for line in output.columns(each.rows()):
            output.answer(f"  {line}")


def _show(found: Progress, *, as_json: bool) -> None:
    if as_json:
        output.answer_json(found.fields())
    else:
        output.answer("\n".join(_lines(found)))


def _lines(found: Progress) -> Iterator[str]:
    yield from output.columns(rows([found]))
    yield from _said(found.convoy)
    yield from output.columns(
        (each.id, each.status or "unknown", each.assignee or "-", each.title or each.problem)
        for each in found.members
    )


def _said(convoy: Convoy) -> Iterator[str]:
    """Yield what is unusual about a convoy."""
    if convoy.status == ConvoyStatus.OPEN and convoy.is_mountain:
        yield f"a mountain{', paused' if convoy.is_paused else ''}"
    elif convoy.status == ConvoyStatus.OPEN and convoy.launched_at:
        yield f"launched{', paused' if convoy.is_paused else ''}"
    if convoy.is_owned:
        yield f"owned by {output.one_line(convoy.owner)}, who lands it"
    if convoy.stalled_at:
        yield f"stalls: {output.one_line(convoy.reason)}"


def rows(found: Iterable[Progress]) -> Iterable[tuple[str, ...]]:
    """Return convoys as lines of a table."""
    for seen in found:
        convoy_, total = seen.convoy, len(seen.members)
        drawn = bar(seen.closed, total)
        yield (convoy_.id, convoy_.status, f"{seen.closed}/{total}", drawn, convoy_.title)
