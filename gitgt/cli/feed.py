"""``git gt feed``: what happened."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.model import when
from gitgt.services import feed


@click.command()
@click.option("--plain", is_flag=True, help="Plain lines; there is no other way yet.")
@click.option("--since", metavar="TIME", help="Only since then: 1h, 2d, 2026-11-22.")
@click.option("--limit", "-n", type=click.IntRange(min=1), help="Only the last so many.")
@output.json_option
def command(*, plain: bool, since: str | None, limit: int | None, as_json: bool) -> None:  # noqa: ARG001 - see its help
    """Tell what happened in the town.

    The commits of all ledgers and the event log, in one order, the oldest first.
    """
    town = context.town()
    found = feed.items(town, since=when.ago(since, town.clock()) if since else None)
    shown = found[-limit:] if limit else found
    if as_json:
        output.answer_json([each.fields() for each in shown])
        return
    for each in shown:
        output.answer(_line(each))


def _line(item: feed.Item) -> str:
    told = item.said if item.where != "log" else f"{item.event} {item.said}".rstrip()
    at = f"{item.at[:19].replace('T', ' ')}Z"
    return f"{at}  {item.where}  {output.one_line(item.who)}  {output.one_line(told)}"
