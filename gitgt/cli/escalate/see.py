"""What needs a person's judgement: see it, take it, end it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from gitgt.cli import context, output
from gitgt.model.documents import Escalation
from gitgt.model.instant import text_of
from gitgt.services.escalation import escalations

if TYPE_CHECKING:
    from gitgt.model.escalation.plan import Delivery
    from gitgt.services.escalation.looking import Reach


@click.command("list")
@click.option("--all", "everything", is_flag=True, help="The closed ones too.")
@output.json_option
def show_all(*, everything: bool, as_json: bool) -> None:
    """List escalations, the loudest first."""
    list_open(everything=everything, as_json=as_json)


def list_open(*, everything: bool = False, as_json: bool) -> None:
    """Answer with the escalations that are not closed, or with all of them."""
    found = escalations.every(context.town(), closed=everything)
    if as_json:
        output.answer_json([each.fields() for each in found])
    else:
        output.table(rows(found), head=("id", "severity", "status", "about", "title"))


@click.command()
@click.argument("escalation", metavar="ID")
@output.json_option
def show(*, escalation: str, as_json: bool) -> None:
    """Show one escalation: what it says, and whom it has reached."""
    from gitgt.services.escalation import looking

    town = context.town()
    found = escalations.one(town, escalation)
    reach = looking.reach(town, found)
    if as_json:
        output.answer_json({"escalation": found.fields(), **reach.fields()})
    else:
        for line in (*_lines(found), *_reached(reach)):
            output.answer(line)


@click.command()
@click.argument("escalation", metavar="ID")
@output.json_option
def ack(*, escalation: str, as_json: bool) -> None:
    """Say that you are at it."""
    _answer(escalations.ack(context.town(), escalation, context.me()), as_json=as_json)


@click.command()
@click.argument("escalation", metavar="ID")
@click.option("--reason", "-r", default="", help="How it was dealt with.")
@output.json_option
def close(*, escalation: str, reason: str, as_json: bool) -> None:
    """Say that it is dealt with."""
    _answer(
        escalations.close(context.town(), escalation, context.me(), reason=reason),
        as_json=as_json,
    )


def rows(found: Iterable[Escalation]) -> Iterable[tuple[str, ...]]:
    """Return escalations as lines of a table."""
    for each in found:
        about = each.about[:12] if len(each.about) == 40 else each.about
        times = f" ({1 + each.repeats} times)" if each.repeats else ""
        yield (each.id, each.severity, each.status, about or "-", f"{each.title}{times}")


def _lines(found: Escalation) -> Iterator[str]:
    yield f"{output.paint(found.id, 'bold')}  {found.severity}  {found.status}"
    yield f"  {found.title}"
    rows = (
        ("called by", f"{found.created_by} at {found.created_at}"),
        ("again", f"{found.repeats} more, last at {found.last_seen}" if found.repeats else ""),
        ("louder", f"since {found.raised_at}" if found.raised_at else ""),
        ("about", found.about),
        ("related", "" if found.related == found.about else found.related),
        ("source", found.source),
        ("for", found.recipient),
        ("taken by", f"{found.acked_by} at {found.acked_at}" if found.acked_by else ""),
        ("closed by", f"{found.closed_by} at {found.closed_at}" if found.closed_by else ""),
        ("because", found.reason),
    )
    yield from output.columns((f"  {name}:", said) for name, said in rows if said)
    for text in (found.description, *(each.text for each in found.comments)):
        if text:
            yield ""
            yield from (f"  {line}" for line in text.rstrip().splitlines())


def _reached(reach: Reach) -> Iterator[str]:
    rows = [*map(_tried, reach.deliveries)]
    rows += [
        (str(channel), f"leads nowhere: {lack} is not set in settings/escalation.yaml")
        for channel, lack in reach.unset
    ]
    if rows:
        yield ""
        yield from output.columns((f"  {name}", said) for name, said in rows)


def _tried(each: Delivery) -> tuple[str, str]:
    if each.is_done:
        return each.key.channel, f"{each.key.severity}, told at {text_of(each.at)}"
    times = f"{each.tries} tries, next at {text_of(each.again_at)}"
    return each.key.channel, f"{each.key.severity}, not told: {each.why}; {times}"


def _answer(found: Escalation, *, as_json: bool) -> None:
    if as_json:
        output.answer_json(found.fields())
    else:
        output.answer(f"{found.id} is {found.status}")
