"""End convoys: those that are complete, by hand, or as their owner."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.services.convoy import convoys, ending

_force = click.option("--force", "-f", is_flag=True, help="Although not all of it is closed.")


@click.command()
@click.argument("convoy_id", metavar="[ID]", required=False)
@click.option("--dry-run", is_flag=True, help="Only tell which would be closed.")
@output.json_option
def refresh(*, convoy_id: str | None, dry_run: bool, as_json: bool) -> None:
    """Close the convoys whose last member is closed."""
    town = context.town()
    closed = ending.refresh(town, context.me(), convoy_id or "", dry_run=dry_run)
    if as_json:
        output.answer_json([each.fields() for each in closed])
    else:
        for each in closed:
            word = "would land" if dry_run else "has landed"
            output.answer(f"{each.id} {word}: {output.one_line(each.title)}")
        if not closed:
            output.answer("nothing changed: no open convoy is complete")
    if not dry_run:
        context.after_writing(town)


@click.command()
@click.argument("convoy_id", metavar="ID")
@click.option("--reason", default="closed by hand", help="Why.")
@click.option("--notify", default="", metavar="ADDRESS", help="Who else hears of it.")
@_force
@output.json_option
def close(*, convoy_id: str, reason: str, notify: str, force: bool, as_json: bool) -> None:
    """Close a convoy of which all is closed; with --force any."""
    from gitgt.services.convoy import watching

    town = context.town()
    whom = watching.checked(notify) if notify else ""
    view = convoys.show(town, convoy_id)
    fresh = not view.convoy.is_closed
    made = ending.close(town, view, context.me(), reason=reason, force=force, notify=whom)
    if as_json:
        output.answer_json(made.fields())
    else:
        output.answer(f"{'' if fresh else 'nothing changed: '}{made.id} is closed")
    context.after_writing(town)


@click.command()
@click.argument("convoy_id", metavar="ID")
@click.option("--keep-worktrees", is_flag=True, help="Leave where the work was done.")
@click.option("--dry-run", is_flag=True, help="Only tell what would be done.")
@_force
@output.json_option
def land(
    *, convoy_id: str, keep_worktrees: bool, dry_run: bool, force: bool, as_json: bool
) -> None:  # fmt: skip
    """Land a convoy that is owned: close it, and take its polecats' worktrees away.

    A worktree in which work is at hand stays. What is taken away is kept: in a snapshot, and
    in the trash.
    """
    from gitgt.services.convoy import landing

    town = context.town()
    done = landing.land(
        town, convoy_id, context.me(), force=force, keep=keep_worktrees, dry_run=dry_run
    )
    if as_json:
        output.answer_json(done.fields())
    else:
        would = "would have landed" if dry_run else "has landed"
        output.answer(f"{done.convoy.id} {would}: {output.one_line(done.convoy.title)}")
        for each in done.gone:
            output.answer(f"  {each}: its worktree {'would go' if dry_run else 'is gone'}")
        for each, why in done.kept.items():
            output.answer(f"  {each} keeps its worktree: {output.one_line(why)}")
    if not dry_run:
        context.after_writing(town)
