"""``git gt escalation``: what needs a person's judgement."""

from __future__ import annotations

from collections.abc import Iterable

import click

from gitgt.cli import context, output
from gitgt.cli.noun import Noun
from gitgt.model.documents import Escalation
from gitgt.services import escalations

command = Noun(
    "See what needs your judgement.",
    {
        "list": "gitgt.cli.escalation:show_all",
        "ack": "gitgt.cli.escalation:ack",
        "close": "gitgt.cli.escalation:close",
    },
    usual="list",
)


@click.command("list")
@click.option("--all", "everything", is_flag=True, help="The closed ones too.")
@output.json_option
def show_all(*, everything: bool, as_json: bool) -> None:
    """List escalations, the loudest first."""
    found = escalations.every(context.town(), closed=everything)
    if as_json:
        output.answer_json([each.fields() for each in found])
    else:
        output.table(rows(found), head=("id", "severity", "status", "about", "title"))


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
        yield (each.id, each.severity, each.status, about or "-", each.title)


def _answer(found: Escalation, *, as_json: bool) -> None:
    if as_json:
        output.answer_json(found.fields())
    else:
        output.answer(f"{found.id} is {found.status}")
