"""``git gt mail hook``: make work of a message, and take it up."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.cli.mail import box


@click.command()
@click.argument("message", metavar="ID")
@click.option("--subject", "-s", default="", help="The bead's title; otherwise the subject.")
@click.option("--message", "-m", "notes", default="", help="What to add to it.")
@click.option("--rig", metavar="RIG", help="The rig; otherwise yours, or where we stand.")
@click.option("--dry-run", "-n", is_flag=True, help="Only say what would be.")
@click.option("--force", "-f", is_flag=True, help="Though there is work on your hook.")
@output.json_option
def command(
    *, message: str, subject: str, notes: str, rig: str | None, dry_run: bool, force: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Make a bead of a message, and put it on your hook."""
    from gitgt.services.mail import hooking

    town = context.town()
    me = box.mine(town)
    place = context.rig_for(town, rig or (me.partition("/")[0] if "/" in me else None))
    wish = hooking.Wish(title=subject, notes=notes, dry_run=dry_run, force=force)
    bead = hooking.put_on_hook(town, place, message, me, context.me(), wish)
    if as_json:
        output.answer_json(bead.fields())
        return
    how = "would be" if dry_run else "is"
    output.answer(f"{bead.id} {how} on the hook of {me}: {bead.title}")
    if not dry_run:
        context.after_writing(town)
