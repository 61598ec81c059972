"""``git gt bead update``."""

from __future__ import annotations

from typing import Any, Final

import click

from gitgt.cli import context, exclusive, output
from gitgt.cli.bead import answers, fields
from gitgt.cli.one_of import OneOf

_APPENDED: Final = ("description", "design", "acceptance", "notes")


@click.command()
@answers.several
@click.option("--title", help="What it is called.")
@click.option(
    "--status", "-s", type=OneOf("gitgt.model.lifecycle:BeadStatus"), help="Where it stands."
)
@click.option("--assignee", "-a", metavar="ADDRESS", help="On whose hook it is.")
@click.option("--claim", is_flag=True, help="Begin it, on your own hook.")
@fields.of_a_bead
@click.option("--append-notes", metavar="TEXT", help="Put this behind the notes.")
@click.option("--append-description", metavar="TEXT", help="Put this behind the description.")
@click.option("--append-design", metavar="TEXT", help="Put this behind the design.")
@click.option("--append-acceptance", metavar="TEXT", help="Put this behind the acceptance.")
@click.option("--add-label", "added", multiple=True, help="A label more.")
@click.option("--remove-label", "removed", multiple=True, help="A label less.")
@click.option("--set-label", "labels", multiple=True, help="This label, and none it had.")
@output.json_option
def command(
    *,
    names: tuple[str, ...],
    title: str | None,
    status: str | None,
    assignee: str | None,
    claim: bool,
    added: tuple[str, ...],
    removed: tuple[str, ...],
    labels: tuple[str, ...],
    as_json: bool,
    **given: Any,  # noqa: ANN401 - the options of fields.of_a_bead, and what is appended
) -> None:
    """Change what beads say; an empty text takes a field away.

    All of them are changed, or none. The status changes only as the lifecycle allows. --claim
    takes what is nobody's: of two who claim at once, one gets it.
    """
    from gitgt.services import beads, reading

    town, who = context.town(), context.me()
    exclusive.exclude(claim=claim, status=status not in (None, "in_progress"))
    exclusive.exclude(claim=claim, assignee=assignee not in (None, who.address))
    if parent := given["parent"]:
        given["parent"] = reading.identify(town, parent)
    longer = {name: given.pop(f"append_{name}") for name in _APPENDED}
    amend = fields.given({"title": title, "assignee": assignee, **given}, now=town.clock())
    wanted = beads.Update(
        amend,
        status=status or "",
        claimed_by=who.address if claim else "",
        added=added,
        removed=removed,
        labels=labels or None,
        append={name: text for name, text in longer.items() if text},
    )
    done = beads.update_all(town, answers.named(town, names), who, wanted)
    answers.changed(done, "updated {}", as_json=as_json)
    fresh = [each.bead.id for each in done if each.fresh]
    if fresh and claim:
        context.say_if_provisional(town, fresh[0])
    if fresh and (status or assignee or claim):
        context.after_writing(town)
    elif fresh:
        context.after_changing(town, *(each.bead for each in done))
