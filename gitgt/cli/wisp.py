"""``git gt wisp``: beads that are gone after a while."""

from __future__ import annotations

import click

from gitgt.cli import context, output, page
from gitgt.cli.noun import Noun
from gitgt.cli.one_of import OneOf
from gitgt.model import wisp as rules
from gitgt.model.instant import text_of
from gitgt.services import wisps

_KIND = OneOf("gitgt.model.wisp:WispKind")

command = Noun(
    "Make and see beads that are gone after a while.",
    {
        "list": "gitgt.cli.wisp:every",
        "show": "gitgt.cli.wisp:show",
        "create": "gitgt.cli.wisp:create",
        "close": "gitgt.cli.wisp:close",
        "promote": "gitgt.cli.wisp:promote",
        "squash": "gitgt.cli.mol.end:squash",
        "burn": "gitgt.cli.mol.end:burn",
        "gc": "gitgt.cli.wisp:gc",
    },
    usual="list",
)


@click.command("list")
@click.option("--kind", "-k", type=_KIND, help="Only those of this kind.")
@context.rig_option
@output.json_option
def every(*, kind: str | None, rig: str | None, as_json: bool) -> None:
    """List wisps, and until when each is here: the first to go first."""
    town = context.town()
    rigs = context.ledgers_for(town, rig)
    found = [each for where in rigs for each in wisps.at(town, where).all().values()]
    found.sort(key=lambda each: (rules.expires(each), each.id))
    found = [each for each in found if kind in (None, rules.kind_of(each))]
    if as_json:
        output.answer_json(
            [{**each.fields(), "expires_at": text_of(rules.expires(each))} for each in found]
        )
        return
    output.table(
        [
            (
                each.id, each.status, rules.kind_of(each),
                f"until {text_of(rules.expires(each))}", each.title,
            )
            for each in found
        ]
    )  # fmt: skip


@click.command()
@click.argument("name", metavar="ID")
@output.json_option
def show(*, name: str, as_json: bool) -> None:
    """Show all that a wisp says."""
    town = context.town()
    found = wisps.of(town, name).get(name).fields()
    if as_json:
        output.answer_json(found)
    else:
        page.answer(found)


@click.command()
@click.argument("title")
@click.option("--kind", "-k", type=_KIND, required=True, help="What it is about.")
@click.option("--description", "-d", default="", help="What else there is to say.")
@context.rig_option
@output.json_option
def create(*, title: str, kind: str, description: str, rig: str | None, as_json: bool) -> None:
    """Make a wisp. Its kind says how long it stays."""
    town = context.town()
    made = wisps.create(
        town, context.ledger_for(town, rig), context.me(), title, rules.WispKind(kind),
        {"description": description} if description else {},
    )  # fmt: skip
    if as_json:
        output.answer_json(made.fields())
    else:
        output.answer(f"{made.id} is a wisp until {text_of(rules.expires(made))}")


@click.command()
@click.argument("name", metavar="ID")
@click.option("--reason", "-r", default="", help="Why.")
@output.json_option
def close(*, name: str, reason: str, as_json: bool) -> None:
    """Close a wisp; it stays until its time is over."""
    ended = wisps.close(context.town(), name, context.me(), reason=reason)
    if as_json:
        output.answer_json(ended.fields())
    else:
        output.answer(f"closed {ended.id}")


@click.command()
@click.argument("name", metavar="ID")
@click.option("--reason", "-r", default="", help="Why it is to be kept.")
@output.json_option
def promote(*, name: str, reason: str, as_json: bool) -> None:
    """Make a bead of a wisp, so that it is kept: of a formula's a molecule, as far as it is."""
    from gitgt.services.formula import condense

    town = context.town()
    kept = condense.promote(town, name, context.me(), reason=reason)
    if as_json:
        output.answer_json(kept.fields())
    else:
        output.answer(f"{kept.id} is kept: {output.one_line(kept.title)}")
    context.after_noting(town, kept.id)


@click.command()
@click.option("--dry-run", "-n", is_flag=True, help="Say what would go.")
@context.rig_option
@output.json_option
def gc(*, dry_run: bool, rig: str | None, as_json: bool) -> None:
    """Let wisps go whose time is over.

    The deacon does it by itself. What is labelled keep, what somebody commented on, and open
    work become beads.
    """
    town = context.town()
    rigs = context.ledgers_for(town, rig)
    found = wisps.compact(town, rigs, context.me(), dry=dry_run)
    if as_json:
        rows = [(each, "") for each in found.gone] + [*found.kept]
        output.answer_json(
            [
                {"id": each.id, "kind": str(rules.kind_of(each)), "kept": why}
                for each, why in rows
            ]
        )
        return
    for each in found.gone:
        output.answer(f"{each.id}  {rules.kind_of(each)}  {output.one_line(each.title)}")
    for each, why in found.kept:
        word = "would be kept" if dry_run else "is kept"
        output.answer(f"{each.id}  {rules.kind_of(each)}  {word}: {why}")
    count = len(found.gone)
    output.answer(
        f"{count} wisp{'' if count == 1 else 's'} {'would go' if dry_run else 'are gone'}"
    )
