"""``git gt pr``: requests that a forge is to merge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from gitgt.cli import context, forges, output
from gitgt.cli.noun import Noun

if TYPE_CHECKING:
    from gitgt.model.documents import MergeRequest

command = Noun(
    "See pull requests, and ask the forge about them.",
    {"list": "gitgt.cli.pr:show_all", "sync": "gitgt.cli.pr:ask"},
    usual="list",
)


@click.command("list")
@click.argument("rig", required=False)
@click.option("--all", "everything", is_flag=True, help="Those that ended too.")
@output.json_option
def show_all(*, rig: str | None, everything: bool, as_json: bool) -> None:
    """List pull requests as they were when the forge was last asked."""
    from gitgt.services.queue import merge_queue

    town = context.town()
    rigs = [each for each in context.ledgers_for(town, rig) if each is not None]
    found = [
        each
        for each in merge_queue.requests(town, rigs, ended=everything)
        if each.number or each.is_proposed
    ]
    if as_json:
        output.answer_json([_fields(each) for each in found])
    else:
        output.table(_rows(found), head=("request", "number", "state", "bead", "url", "title"))


@click.command("sync")
@click.argument("rig", required=False)
@output.json_option
def ask(*, rig: str | None, as_json: bool) -> None:
    """Ask the forge now, and do what is due."""
    from gitgt.services.forge import pull_requests

    town = context.town()
    forges.ask(
        town, rig, lambda each: pull_requests.sync(town, each),
        nobody="nothing lands by pull requests", as_json=as_json,
    )  # fmt: skip


def _fields(request: MergeRequest) -> dict[str, object]:
    found = {
        "request": str(request.id), "bead": request.source, "title": request.title,
        "status": str(request.status), "number": request.number or None,
        "url": request.pull_request or None, "state": request.forge_state or None,
        "head": request.head, "target": request.target,
    }  # fmt: skip
    return {name: value for name, value in found.items() if value is not None}


def _rows(found: Iterable[MergeRequest]) -> Iterator[tuple[str, ...]]:
    for each in found:
        number = f"#{each.number}" if each.number else "-"
        state = each.forge_state or "not yet open"
        yield each.id, number, state, each.source, each.pull_request or "-", each.title
