"""``git gt undo`` and ``git gt redo``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from gitgt.cli import context, output

if TYPE_CHECKING:
    from gitgt.services.town import Town
    from gitgt.services.undo.taking import Taken

_count = click.option(
    "--count", "-c", default=1, metavar="N", type=click.IntRange(1, 100),
    help="So many, the last first.",
)  # fmt: skip


@click.command()
@click.argument("act", default="", metavar="[ACT|COMMIT]")
@_count
@click.option("--list", "listed", is_flag=True, help="List what can be undone and redone.")
@output.json_option
def command(*, act: str, count: int, listed: bool, as_json: bool) -> None:
    """Take back what you did last.

    An act is all that one command wrote, in ledgers and settings; it is taken back by new
    commits, all of it or nothing. What others have changed since stays as they left it: then
    nothing is taken back, and it is said what is in the way.
    """
    if listed:
        _list(as_json=as_json)
        return
    if act and count > 1:
        raise click.UsageError("one act by its name, or the last N")
    from gitgt.services.undo import taking

    town, who = context.town(), context.me()
    _repeat(town, lambda: taking.undo(town, who, name=act), count, as_json=as_json)


@click.command()
@_count
@output.json_option
def redo(*, count: int, as_json: bool) -> None:
    """Do again what you took back last."""
    from gitgt.services.undo import taking

    town, who = context.town(), context.me()
    _repeat(town, lambda: taking.redo(town, who), count, as_json=as_json)


def _repeat(town: Town, step: Callable[[], Taken], count: int, *, as_json: bool) -> None:
    """Take *count* steps; what was done before one is refused is told, too."""
    done: list[Taken] = []
    try:
        for _ in range(count):
            done.append(step())
            if not as_json:
                how = "redone" if done[-1].again else "undone"
                output.answer(f"{how}: {output.one_line(done[-1].act.said)}")
    finally:
        if done and as_json:
            output.answer_json([each.fields() for each in done])
        if done:
            context.after_writing(town)


def _list(*, as_json: bool) -> None:
    """List what can be undone, the last first, and what can be redone."""
    from gitgt.services.undo import written

    found = written.of(context.town(), context.me())
    rows = [("undo", each) for each in reversed(found.done)]
    rows = [*(("redo", each) for each in reversed(found.undone)), *rows]
    if as_json:
        output.answer_json([{"can": can, **each.fields()} for can, each in rows])
        return
    output.table(
        [
            (can, each.name[:12], _when(each.at), output.one_line(each.said))
            for can, each in rows
        ]
    )


def _when(at: str) -> str:
    return f"{at[:19].replace('T', ' ')}Z"
