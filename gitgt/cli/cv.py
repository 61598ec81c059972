"""``git gt cv``: what an agent has done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from gitgt.cli import context, output
from gitgt.model import money

if TYPE_CHECKING:
    from gitgt.model.cv import Cv, Job

_UNKNOWN = "unknown"


@click.command()
@click.argument("address", metavar="RIG/NAME")
@click.option("--all", "every", is_flag=True, help="All beads, not the last ten alone.")
@output.json_option
def command(*, address: str, every: bool, as_json: bool) -> None:
    """Tell what an agent has done.

    What landed, what came back and why, how long its sessions took, and what they used. It is
    counted from the ledger and from the records of its sessions; what nobody knows is unknown.
    """
    from gitgt.services.agents import cv

    found = cv.of(context.town(), address)
    if as_json:
        output.answer_json(found.fields())
        return
    for line in _told(found):
        output.answer(output.one_line(line))
    shown = found.jobs if every else found.jobs[:10]
    output.table([_cells(each) for each in shown], head=("bead", "outcome", "", "", ""))


def _told(found: Cv) -> Iterator[str]:
    names = f", formerly {', '.join(found.formerly)}" if found.formerly else ""
    yield f"{found.address}{names}"
    yield f"done       {found.done}, {found.landed} landed, {found.first_time_right} at once"
    back = f"{found.conflicts} conflicts, {found.failures} failures"
    yield f"sent back  {found.sent_back} ({back})"
    on = f" on {', '.join(found.runtimes)}" if found.runtimes else ""
    yield f"sessions   {found.sessions}{on}"
    yield f"time       {_span(found.seconds)}"
    yield f"tokens     {_tokens(found)}"
    yield f"cost       {money.shown(found.cost or 0.0, is_whole=found.cost_is_whole)}"


def _tokens(found: Cv) -> str:
    if found.tokens is None:
        return _UNKNOWN
    more = f", and {found.unknown} sessions of which nobody knows" if found.unknown else ""
    return f"{found.tokens}{more}"


def _span(seconds: float | None) -> str:
    if seconds is None:
        return _UNKNOWN
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def _cells(job: Job) -> tuple[str, ...]:
    back = f"sent back {job.returns} times" if job.returns > 1 else ""
    once = "sent back once" if job.returns == 1 else ""
    return (job.bead, job.outcome or "at hand", job.ended or "-", job.title, back or once)
