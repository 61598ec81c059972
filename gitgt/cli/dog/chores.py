"""See the chores of the repositories, and do one now."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.cli.one_of import OneOf


@click.command("chores")
@context.rig_option
@output.json_option
def every(*, rig: str | None, as_json: bool) -> None:
    """List the chores of each repository, and whether there is something to do."""
    from gitgt.model.instant import text_of
    from gitgt.services.dogs import chores, tries

    town = context.town()
    rows = []
    for where in context.ledgers_for(town, rig):
        for fact in chores.facts(town, where):
            last = tries.last(town, fact.chore, fact.place)
            rows.append(
                {
                    "chore": str(fact.chore), "place": fact.place or "hq",
                    "wanted": fact.wanted,
                    "tried": text_of(last.at) if last else "",
                    "due": text_of(fact.ripe_at) if fact.ripe_at else "",
                    "fails": last.fails if last else 0, "why": last.why if last else "",
                }
            )  # fmt: skip
    if as_json:
        output.answer_json(rows)
        return
    output.table(
        (
            str(row["place"]), str(row["chore"]), "to do" if row["wanted"] else "nothing",
            str(row["tried"] or "never"), str(row["why"] or row["due"]),
        )
        for row in rows
    )  # fmt: skip


@click.command("chore")
@click.argument("chore", type=OneOf("gitgt.model.chores:Chore"))
@click.option("--force", "-f", is_flag=True, help="backup: though the ledger lost many beads.")
@context.rig_option
@output.json_option
def do(*, chore: str, force: bool, rig: str | None, as_json: bool) -> None:
    """Do a chore now, in one repository or in all."""
    from gitgt.model.chores import Chore
    from gitgt.services.dogs import chores

    town = context.town()
    context.person("doing chores is")
    done = []
    for where in context.ledgers_for(town, rig):
        if (chore == Chore.MAIN and where is None) or (chore == Chore.DOCTOR and where):
            continue
        said = chores.do(town, where, Chore(chore), force=force)
        done.append({"chore": chore, "place": where.name if where else "hq", "said": said})
    if as_json:
        output.answer_json(done)
        return
    for each in done:
        output.answer(f"{each['place']}: {each['said']}")
