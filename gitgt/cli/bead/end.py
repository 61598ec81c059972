"""``git gt bead close``, ``reopen`` and ``release``: off the hook, and back."""

from __future__ import annotations

import click

from gitgt.cli import context, output, rows
from gitgt.cli.bead import answers
from gitgt.cli.one_of import OneOf
from gitgt.services import beads, reading


@click.command()
@answers.several
@click.option("--reason", "-r", default="", help="Why.")
@click.option(
    "--outcome",
    type=OneOf("gitgt.model.documents:Outcome"),
    default="success",
    show_default=True,
    help="How it ended.",
)
@click.option("--continue", "go_on", is_flag=True, help="Begin the next step that is ready.")
@click.option(
    "--force", "-f", is_flag=True, help="Even if its parts are open or its turn has not come."
)
@output.json_option
def close(
    *,
    names: tuple[str, ...],
    reason: str,
    outcome: str,
    go_on: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Close beads without landing anything, and tell what that unblocked.

    All of them are closed, or none. With --continue you go on: with a ready part of the same
    whole, or with what was unblocked.
    """
    from gitgt.model.documents import Outcome
    from gitgt.services import ending

    town, who = context.town(), context.me()
    ended = ending.close(
        town, answers.named(town, names), who, outcome=Outcome(outcome), reason=reason,
        force=force,
    )  # fmt: skip
    chosen, begun = ending.next_after(town, ended, who) if go_on else (None, False)
    if as_json:
        following = {"next": rows.fields(chosen), "begun": begun} if chosen else {}
        output.answer_json(
            {
                "closed": [each.fields() for each in ended.beads],
                "unblocked": [rows.fields(row) for row in ended.unblocked],
                **following,
            }
        )
    else:
        for each in ended.beads:
            output.answer(f"closed {each.id}")
        for row in ended.unblocked:
            output.answer(f"unblocked {row.id}: {output.one_line(row.title)}")
        if go_on:
            _tell_next(chosen, begun=begun)
    if begun:
        context.after_writing(town)
    else:
        context.after_changing(town, *ended.beads)


def _tell_next(chosen: rows.Columns | None, *, begun: bool) -> None:
    if chosen is None:
        output.answer("nothing is ready to go on with")
        return
    how = "begun" if begun else "next"
    output.answer(f"{how}: {chosen[0]}: {output.one_line(chosen[5])}")
    if not begun:
        output.say(f"hint: git gt sling {chosen[0]}")


@click.command()
@answers.several
@click.option("--reason", "-r", default="", help="Why.")
@output.json_option
def reopen(*, names: tuple[str, ...], reason: str, as_json: bool) -> None:
    """Take closed beads up again."""
    from gitgt.services import ending

    town = context.town()
    done = ending.reopen(town, answers.named(town, names), context.me(), reason=reason)
    answers.changed(done, "{} is open again", as_json=as_json)
    context.after_noting(town, done[0].bead.id)


@click.command()
@click.argument("bead", metavar="ID")
@click.option("--reason", "-r", default="", help="Why.")
@output.json_option
def release(*, bead: str, reason: str, as_json: bool) -> None:
    """Take a bead off its agent's hook.

    Branch and worktree stay as they are; whoever takes it up next finds them in git.
    """
    town = context.town()
    name = reading.identify(town, bead)
    released = beads.release(town, name, context.me(), reason=reason)
    if as_json:
        output.answer_json(released.fields())
    else:
        output.answer(f"{name} is on nobody's hook")
    context.after_writing(town)
