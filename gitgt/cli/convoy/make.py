"""Make convoys, and let more beads travel along."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from gitgt.cli import context, output
from gitgt.model.documents import OWNED
from gitgt.model.ids import is_bead_id
from gitgt.services.convoy import convoys
from gitgt.services.town import Town


@click.command()
@click.argument("words", metavar="[NAME] BEAD...", nargs=-1)
@click.option("--owner", default="", help="Whose convoy it is, if not yours.")
@click.option(
    "--notify", is_flag=False, flag_value="mayor", default="", metavar="ADDRESS",
    help="Who else hears when it has landed; without an address the mayor.",
)  # fmt: skip
@click.option("--owned", is_flag=True, help="Its owner lands it; it does not close by itself.")
@click.option(
    "--merge", type=click.Choice(["mr", "local"]), default="mr",
    help="local: what is handed in waits on its branch until somebody lets it go.",
)  # fmt: skip
@click.option(
    "--base-branch", default="", metavar="BRANCH", help="Its members start from and land on it."
)
@click.option("--from-epic", default="", metavar="EPIC", help="All parts of an epic travel.")
@output.json_option
def create(*, words: tuple[str, ...], from_epic: str, as_json: bool, **given: Any) -> None:  # noqa: ANN401
    """Make a convoy of beads, of any rigs; without a name it is called like the first."""
    town = context.town()
    title, beads, epic = _meant(town, words, from_epic)
    fields = {**_fields(given), "epic": epic}
    owner = given["owner"]
    made = convoys.create(town, title, beads, context.me(), owner=owner, more=fields)
    if as_json:
        output.answer_json(made.fields())
    else:
        output.answer(
            f"{made.id} is a convoy of {_counted(len(made.members))}: {output.one_line(title)}"
        )
    context.after_writing(town)


def _meant(town: Town, words: Sequence[str], from_epic: str) -> tuple[str, list[str], str]:
    """Return title, beads and epic."""
    from gitgt.services import reading

    if from_epic:
        from gitgt.services.convoy import descent

        epic, parts = descent.parts(town, from_epic)
        own = [*words[1:]] if words else []
        return (words[0] if words else epic.title), [*parts, *own], str(epic.id)
    if not words:
        raise click.UsageError("which beads?")
    if is_bead_id(words[0]):
        first = reading.show(town, words[0])
        return f"Work: {first.title}" if len(words) == 1 else first.title, [*words], ""
    if len(words) == 1:
        raise click.UsageError(f"which beads for {words[0]!r}?")
    return words[0], [*words[1:]], ""


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    from gitgt.services.convoy import watching

    found: dict[str, Any] = {}
    if given["notify"]:
        found["notify"] = watching.checked(given["notify"])
    if given["owned"]:
        found["labels"] = (OWNED,)
    if given["merge"] != "mr":
        found["merge"] = given["merge"]
    return {**found, "base_branch": given["base_branch"]}


@click.command()
@click.argument("convoy_id", metavar="ID")
@click.argument("beads", metavar="BEAD...", nargs=-1, required=True)
@output.json_option
def add(*, convoy_id: str, beads: tuple[str, ...], as_json: bool) -> None:
    """Let more beads travel along."""
    town = context.town()
    grown = convoys.add(town, convoy_id, beads, context.me())
    if as_json:
        output.answer_json(grown.fields())
    else:
        output.answer(f"{grown.id} is a convoy of {_counted(len(grown.members))}")
    context.after_writing(town)


def _counted(beads: int) -> str:
    return f"{beads} bead{'' if beads == 1 else 's'}"
