"""``git gt refinery report``: how the queue did lately, and what it cost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gitgt.cli import context, output

if TYPE_CHECKING:
    from gitgt.model.queue.queue_report import QueueReport


@click.command()
@click.argument("rig", required=False)
@click.option("--since", default="7d", help="From when on: 12h, 7d, 2026-11-22; usually 7d.")
@click.option(
    "--html", "page", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
    help="Write a page with plots, which stands alone.",
)  # fmt: skip
@output.json_option
def report(*, rig: str | None, since: str, page: Path | None, as_json: bool) -> None:
    """Tell how the queue did lately: what landed and came back, what gates cost."""
    from gitgt.model import when
    from gitgt.services.queue import queue_page, queue_report

    town = context.town()
    begin = when.ago(since, town.clock())
    rigs = [each for each in context.ledgers_for(town, rig) if each is not None]
    found = [queue_report.of(town, each, since=begin) for each in rigs]
    if page is not None and found:
        queue_page.write(found, page)
    if as_json:
        output.answer_json([each.fields() for each in found])
        return
    output.blocks(_lines(each) for each in found)
    if page is not None and found:
        output.say(f"written: {page}")


def _lines(found: QueueReport) -> Iterator[str]:
    from gitgt.model.instant import text_of
    from gitgt.services import plots
    from gitgt.services.queue import queue_page

    yield f"{output.paint(found.rig, 'bold')}  since {text_of(found.since)}"
    yield from (f"  {name}: {value}" for name, value in queue_page.facts(found))
    yield from _part("landed, day by day", plots.drawn((d.day, d.landed) for d in found.days))
    waited = queue_page.waits(found)
    yield from _part("how long they waited", plots.drawn(waited))
    yield from _part("gates", _table(queue_page.GATES, queue_page.gate_rows(found)))
    yield from _part("came back", output.columns(queue_page.back_rows(found)))


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> list[str]:
    found = [*rows]
    return output.columns([head, *found]) if found else []


def _part(name: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield ""
        yield f"  {output.paint(name, 'bold')}"
        yield from (f"    {line}" for line in lines)
