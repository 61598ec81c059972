"""``git gt issues``: a forge's issues, and the beads that they became."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from gitgt.cli import context, output
from gitgt.cli.noun import Noun
from gitgt.errors import GtError

if TYPE_CHECKING:
    from gitgt.services.forge.issues.sync import Synced
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
    rigs = [town.rig(rig)] if rig else [*town.rigs_here().values()]
    failed: list[GtError] = []
    done: list[Synced] = []
    for each in rigs:
        try:
            with output.progress(f"asking the forge of {each.name}"):
                done.append(sync.sync(town, each, whole=whole, dry=dry))
        except GtError as error:
            failed.append(error)
    _tell(done, as_json=as_json)
    if not dry and any(each.done for each in done):
        context.after_writing(town)
    if failed:
        raise failed[0]


def _tell(done: list[Synced], *, as_json: bool) -> None:
    if as_json:
        output.answer_json([each.fields() for each in done])
        return
    lines = [line for each in done for line in _lines(each)]
    for line in lines or ["no rig wants the issues of a forge"]:
        output.answer(line)


def _lines(synced: Synced) -> Iterator[str]:
    if not synced.forge:
        return
    for bead, what in synced.done:
        yield f"{bead or synced.rig}: {what}"
    if synced.trouble:
        yield f"{synced.rig}: {synced.trouble}"
    elif not synced.done:
        yield f"{synced.rig}: nothing new at {synced.forge}"


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
