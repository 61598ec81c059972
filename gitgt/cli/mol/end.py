"""``git gt mol squash`` and ``burn``."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.model.wisp import is_wisp
from gitgt.services import wisps
from gitgt.services.formula import ends, molecules, vapor


@click.command()
@click.argument("name", metavar="ID")
@click.option("--summary", "-s", default="", help="What came of it.")
@output.json_option
def squash(*, name: str, summary: str, as_json: bool) -> None:
    """End a molecule and keep a digest of it in one closed bead.

    A wisp goes; of a poured molecule what is left is cancelled, and its root keeps the digest.
    """
    town, who = context.town(), context.me()
    if is_wisp(name):
        seen = vapor.view(town, name)
        lines = vapor.checklist(seen)
        kept = wisps.squash(town, seen.wisp.id, who, summary=summary, lines=lines)
    else:
        kept = ends.squash(town, molecules.root_of(town, name), who, summary=summary)
    if as_json:
        output.answer_json(kept.fields())
    else:
        output.answer(f"{kept.id} keeps the digest: {output.one_line(kept.title)}")
    context.after_noting(town, kept.id)


@click.command()
@click.argument("names", metavar="ID...", nargs=-1, required=True)
@output.json_option
def burn(*, names: tuple[str, ...], as_json: bool) -> None:
    """End molecules without a digest.

    A wisp leaves no trace; of a poured molecule what is left is cancelled.
    """
    town, who = context.town(), context.me()
    for name in names:
        if is_wisp(name):
            gone, left = str(wisps.burn(town, name, who).id), 0
        else:
            root = molecules.root_of(town, name)
            gone, left = str(root), ends.burn(town, root, who)
            context.after_noting(town, root)
        if as_json:
            output.answer_json({"id": gone, "cancelled": left})
        else:
            output.answer(f"{gone} is burned{f'; {left} beads were open' if left else ''}")
