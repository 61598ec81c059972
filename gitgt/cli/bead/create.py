"""``git gt bead create``: one bead from options, or many from a plan."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gitgt.cli import context, output
from gitgt.cli.bead import fields

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitgt.model.documents import Bead
    from gitgt.model.plan import Draft
    from gitgt.services.town import Rig, Town


@click.command()
@click.argument("title", default="")
@fields.of_a_bead
@click.option("--assignee", "-a", metavar="ADDRESS", help="Whom it is meant for.")
@click.option("--label", "-l", "labels", multiple=True, help="A label; may be given again.")
@click.option(
    "--dep",
    "edges",
    metavar="[TYPE:]ID",
    multiple=True,
    help="What it hangs on: gt-abc12 (blocks), related:gt-abc12.",
)
@click.option("--id", "name", metavar="ID", help="The id, if chance is not to choose it.")
@click.option(
    "--file",
    "-f",
    "page",
    metavar="PAGE",
    help="Make all beads of a Markdown page; - is stdin.",
)
@click.option("--dry-run", is_flag=True, help="Check and show, but make nothing.")
@context.rig_option
@click.option("--quiet", "-q", "--silent", is_flag=True, help="Answer with the id alone.")
@output.json_option
def command(
    *,
    title: str,
    labels: tuple[str, ...],
    edges: tuple[str, ...],
    name: str | None,
    page: str | None,
    dry_run: bool,
    rig: str | None,
    quiet: bool,
    as_json: bool,
    **given: Any,  # noqa: ANN401 - the options of fields.of_a_bead
) -> None:
    """Make a bead, or several in one commit.

    It goes into the ledger of the rig that we stand in, elsewhere into the town's own. In a
    page each '## Title' is a bead and '### Priority' and the like are its fields. Without a
    title, and with --json, beads are read from stdin: an array, or one object a line.
    """
    from gitgt.services import making

    town = context.town()
    place = context.ledger_for(town, rig)
    if page is not None:
        drafts = _of_page(page)
    elif not title and not as_json:
        raise click.UsageError("missing argument 'TITLE'")
    elif title:
        chosen = {**fields.given(given, now=town.clock()), "title": title}
        drafts = [_draft(town, chosen, labels, edges, name)]
        place = _place(town, place, rig, name)
    else:
        drafts = making.from_json(sys.stdin.read(), "stdin")
    made = making.make(town, place, context.me(), drafts, dry_run=dry_run)
    if as_json:
        _answer(made, as_list=page is not None or not title)
    else:
        _tell(made, quiet=quiet, dry_run=dry_run)
    if not dry_run:
        context.after_noting(town, made[0].id)


def _draft(
    town: Town, chosen: dict[str, Any], labels: tuple[str, ...], edges: tuple[str, ...],
    name: str | None,
) -> Draft:  # fmt: skip
    from gitgt.model import plan
    from gitgt.services import reading

    if chosen.get("parent"):
        chosen["parent"] = reading.identify(town, chosen["parent"])
    if labels:
        chosen["labels"] = sorted(set(labels))
    if name:
        chosen["id"] = name
    said = [plan.edge(each) for each in edges]
    named = [each._replace(on=reading.identify(town, each.on)) for each in said]
    return plan.Draft(chosen, edges=tuple(named))


def _place(town: Town, place: Rig | None, rig: str | None, name: str | None) -> Rig | None:
    """Return the ledger that an id which was given belongs to, if no rig was named."""
    return town.rig_of(name) if name and not rig else place


def _of_page(page: str) -> list[Draft]:
    from gitgt.errors import NotFoundError
    from gitgt.model import plan

    if page == "-":
        return plan.from_markdown(sys.stdin.read(), "stdin")
    try:
        text = Path(page).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", "") or "it is not UTF-8"
        raise NotFoundError(f"{page} cannot be read: {why.lower()}") from error
    return plan.from_markdown(text, page)


def _answer(made: Sequence[Bead], *, as_list: bool) -> None:
    found = [each.fields() for each in made]
    output.answer_json(found if as_list else found[0])


def _tell(made: Sequence[Bead], *, quiet: bool, dry_run: bool) -> None:
    for each in made:
        title = output.one_line(each.title)
        if dry_run:  # its id would be another
            output.answer(f"would create {title} ({each.type}, P{each.priority})")
        else:
            output.answer(each.id if quiet else f"created {each.id}: {title}")
