"""``git gt issues``: a forge's issues, and the beads that they became."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from gitgt.cli import context, forges, output
from gitgt.cli.noun import Noun

if TYPE_CHECKING:
    from gitgt.services.forge.issues.viewing import Standing

command = Noun(
    "Make beads of a forge's issues, and tell them.",
    {"list": "gitgt.cli.issues:show_all", "sync": "gitgt.cli.issues:ask"},
    usual="list",
)


@click.command("list")
@click.argument("rig", required=False)
@click.option("--all", "everything", is_flag=True, help="Those whose bead is closed too.")
@output.json_option
def show_all(*, rig: str | None, everything: bool, as_json: bool) -> None:
    """List the beads that follow an issue."""
    from gitgt.services.forge.issues import viewing

    town = context.town()
    rigs = [each for each in context.ledgers_for(town, rig) if each is not None]
    found = [each for one in rigs for each in viewing.standings(town, one, ended=everything)]
    if as_json:
        output.answer_json([_fields(each) for each in found])
    else:
        head = ("bead", "number", "status", "issue", "url", "title")
        output.table(_rows(found), head=head)


@click.command("sync")
@click.argument("rig", required=False)
@click.option("--whole", is_flag=True, help="Look at all of them, not only at what changed.")
@click.option("--dry-run", "dry", is_flag=True, help="Say what would be done; do nothing.")
@output.json_option
def ask(*, rig: str | None, whole: bool, dry: bool, as_json: bool) -> None:
    """Ask the forge now: take over what is new there, and tell what is new here."""
    from gitgt.services.forge.issues import sync

    town = context.town()
    forges.ask(
        town, rig, lambda each: sync.sync(town, each, whole=whole, dry=dry),
        nobody="no rig wants the issues of a forge", as_json=as_json, dry=dry,
    )  # fmt: skip


def _fields(found: Standing) -> dict[str, object]:
    return {
        "bead": str(found.bead.id), "rig": found.rig, "number": found.number, "url": found.url,
        "status": str(found.bead.status), "title": found.bead.title, "state": found.state,
        "landed": found.bead.landed or None,
    }  # fmt: skip


def _rows(found: Iterable[Standing]) -> Iterator[tuple[str, ...]]:
    for each in found:
        bead = each.bead
        yield bead.id, f"#{each.number}", bead.status, each.state, each.url, bead.title
