"""``git gt rerere``: how conflicts were resolved before."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from gitgt.cli import context, output
from gitgt.cli.noun import Noun

if TYPE_CHECKING:
    from gitgt.git.rerere import Resolution

command = Noun(
    "See how conflicts were resolved before.",
    {
        "list": "gitgt.cli.rerere:show_all",
        "show": "gitgt.cli.rerere:show",
        "forget": "gitgt.cli.rerere:forget",
    },
    usual="list",
)


@click.command("list")
@context.rig_option
@output.json_option
def show_all(*, rig: str | None, as_json: bool) -> None:
    """List the resolutions that are known."""
    from gitgt.services.queue import resolutions

    town = context.town()
    found = resolutions.known(town, context.rig_for(town, rig))
    if as_json:
        output.answer_json([each.fields() for each in found])
        return
    head = ("conflict", "resolution", "path", "by", "commit", "")
    output.table((_row(each) for each in found), head=head)


def _row(each: Resolution) -> tuple[str, ...]:
    where = each.path or "?", each.by or "?", each.commit[:12] or "-"
    return (each.id[:12], each.variant[:12], *where, "landed" if each.landed else "")


@click.command()
@click.argument("resolution")
@context.rig_option
@output.json_option
def show(*, resolution: str, rig: str | None, as_json: bool) -> None:
    """Show a conflict, and what was made of it.

    RESOLUTION is the id of a conflict or of a resolution, or how it begins.
    """
    from gitgt.services.queue import resolutions

    town = context.town()
    found = resolutions.find(town, context.rig_for(town, rig), resolution)
    if as_json:
        output.answer_json([_fields(each) for each in found])
        return
    for each in found:
        output.answer("  ".join(cell for cell in _row(each) if cell))
        output.answer("\n".join(_changes(each)))


def _fields(each: Resolution) -> dict[str, object]:
    texts = {"before": each.before, "after": each.after}
    return {
        **each.fields(),
        **{name: text.decode(errors="replace") for name, text in texts.items()},
    }


def _changes(each: Resolution) -> Iterator[str]:
    before, after = (
        text.decode(errors="replace").splitlines() for text in (each.before, each.after)
    )
    for line in difflib.unified_diff(before, after, lineterm=""):
        if not line.startswith(("---", "+++", "@@")):
            yield f"  {line}"


@click.command()
@click.argument("resolution")
@context.rig_option
@output.json_option
def forget(*, resolution: str, rig: str | None, as_json: bool) -> None:
    """Have a resolution used no more.

    In no worktree, and not by the refinery. RESOLUTION is the id of a conflict, whose
    resolutions all are forgotten, or of one of them.
    """
    from gitgt.services.queue import resolutions

    town = context.town()
    where = context.rig_for(town, rig)
    found = resolutions.forget(town, where, resolution, context.me())
    if as_json:
        output.answer_json([each.fields() for each in found])
        return
    for each in found:
        output.answer(f"{each.variant[:12]} is forgotten: {each.path or each.id[:12]}")
