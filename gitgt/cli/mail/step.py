"""What becomes of messages: read, new again, archived, deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from gitgt.cli import context, output
from gitgt.cli.mail import box

if TYPE_CHECKING:
    from gitgt.services.mail.steps import Stepped
    from gitgt.services.town import Town


@click.command("mark-read")
@click.argument("messages", metavar="[ID]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All that is new.")
@box.identity_option
@output.json_option
def mark_read(
    *, messages: tuple[str, ...], everything: bool, identity: str | None, as_json: bool
) -> None:  # fmt: skip
    """Say that you have read messages, and what they ask for is seen to."""
    from gitgt.services.mail import boxes, steps

    _ask_which(messages, everything=everything, option="--all")
    town = context.town()
    whose = box.mine(town, identity)
    if everything:
        now = town.ledger.snapshot()
        names = [each.id for each in boxes.unread_rows(now, whose)]
    else:
        names = _named(town, messages, whose)
    done = steps.read(town, names, context.me(), whose) if names else []
    box.answer_steps(done, "read", as_json=as_json)


@click.command("mark-unread")
@click.argument("messages", metavar="ID...", nargs=-1, required=True)
@box.identity_option
@output.json_option
def mark_unread(*, messages: tuple[str, ...], identity: str | None, as_json: bool) -> None:
    """Make messages new again."""
    from gitgt.services.mail import steps

    town = context.town()
    whose = box.mine(town, identity)
    done = steps.unread(town, _named(town, messages, whose), context.me(), whose)
    box.answer_steps(done, "new", as_json=as_json)


@click.command()
@click.argument("messages", metavar="[ID]...", nargs=-1)
@click.option("--stale", is_flag=True, help="All that came before this session began.")
@click.option("--dry-run", "-n", is_flag=True, help="Only say which.")
@box.identity_option
@output.json_option
def archive(
    *, messages: tuple[str, ...], stale: bool, dry_run: bool, identity: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Put messages away: they are dealt with. What you claimed from a queue is done by that."""
    from gitgt.services.mail import hygiene

    _ask_which(messages, everything=stale, option="--stale")
    town = context.town()
    whose = box.mine(town, identity)
    names = hygiene.stale(town, whose) if stale else _named(town, messages, whose)
    _put_away(town, names, whose, dry_run=dry_run, as_json=as_json)


@click.command()
@click.argument("messages", metavar="ID...", nargs=-1, required=True)
@box.identity_option
@output.json_option
def delete(*, messages: tuple[str, ...], identity: str | None, as_json: bool) -> None:
    """Put messages away for good: only the history knows them from then on."""
    from gitgt.services.mail import steps

    town = context.town()
    whose = box.mine(town, identity)
    names = _named(town, messages, whose)
    _put_away(town, names, whose, reason=steps.DELETED, said="deleted", as_json=as_json)


@click.command()
@click.argument("target", required=False)
@click.option("--all", "everything", is_flag=True, help="What is pinned, too.")
@output.json_option
def clear(*, target: str | None, everything: bool, as_json: bool) -> None:
    """Delete everything in a box."""
    from gitgt.services.mail import hygiene, steps

    town = context.town()
    whose = box.mine(town, target)
    names = hygiene.clearable(town, whose, pinned=everything)
    _put_away(town, names, whose, reason=steps.DELETED, said="deleted", as_json=as_json)


@click.command()
@click.option(
    "--max-age", default="30m", metavar="SPAN", help="What is older; 30m if not said."
)
@click.option("--dry-run", "-n", is_flag=True, help="Only say which.")
@click.option("--all", "everything", is_flag=True, help="In all boxes, not in yours alone.")
@box.identity_option
@output.json_option
def drain(
    *, max_age: str, dry_run: bool, everything: bool, identity: str | None, as_json: bool
) -> None:  # fmt: skip
    """Archive old messages of the protocol, such as MERGED; never a call for help."""
    from gitgt.services.mail import hygiene

    town = context.town()
    whose = box.mine(town, identity)
    names = hygiene.drainable(town, "" if everything else whose, max_age)
    _put_away(town, names, whose, dry_run=dry_run, as_json=as_json)


def _put_away(
    town: Town, names: Sequence[str], whose: str, *, as_json: bool, reason: str = "",
    said: str = "archived", dry_run: bool = False,
) -> None:  # fmt: skip
    from gitgt.services.mail import boxes, steps

    if dry_run:
        now = town.ledger.snapshot()
        box.answer([boxes.of(now, each) for each in names], as_json=as_json)
        return
    done: list[Stepped] = []
    if names:
        done = steps.archive(town, names, context.me(), whose, reason=reason)
    box.answer_steps(done, said, as_json=as_json)


def _named(town: Town, messages: Sequence[str], whose: str) -> list[str]:
    from gitgt.services.mail import boxes

    return [str(boxes.find(town, each, whose).id) for each in messages]


def _ask_which(messages: Sequence[str], *, everything: bool, option: str) -> None:
    if not messages and not everything:
        raise click.UsageError(f"which messages? name them, or {option}: git gt mail inbox")
