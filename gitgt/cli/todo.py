"""``git gt todo``: the one list of what needs you, each with the command that resolves it."""

from __future__ import annotations

import click

from gitgt.cli import context, output


@click.command()
@output.json_option
def command(*, as_json: bool) -> None:
    """List what needs you, each with its command."""
    from gitgt.services.todo import entries

    found = entries.entries(context.town())
    if as_json:
        output.answer_json([each.fields() for each in found])
        return
    for each in found:
        times = f" ({each.count} times)" if each.count > 1 else ""
        output.answer(f"{each.severity}  {output.one_line(each.what)}{times}")
        output.answer(f"  {each.command}")
    if not found:
        output.answer("nothing needs you")
