"""``git gt mail inbox``, ``read``, ``peek``, ``thread``, ``search``, ``directory``."""

from __future__ import annotations

import click

from gitgt.cli import context, exclusive, output
from gitgt.cli.mail import box


@click.command()
@click.argument("address", required=False)
@click.option("--unread", "-u", is_flag=True, help="Only what is new.")
@click.option("--all", "-a", "everything", is_flag=True, help="What is archived, too.")
@click.option("--limit", "-n", type=click.IntRange(min=0), default=0, help="At most so many.")
@box.identity_option
@output.json_option
def inbox(
    *, address: str | None, unread: bool, everything: bool, limit: int, identity: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """List the messages of a box, the newest first."""
    from gitgt.model.lifecycle import MessageStatus
    from gitgt.services.mail import boxes

    exclusive.exclude(unread=unread, all=everything)
    town = context.town()
    wanted = (
        (MessageStatus.UNREAD,)
        if unread
        else tuple(MessageStatus)
        if everything
        else boxes.LIVE
    )
    whose = box.mine(town, identity or address)
    found = boxes.inbox(town.ledger.snapshot(), whose, status=wanted, limit=limit)
    box.answer(found, as_json=as_json, numbered=True)


@click.command()
@click.argument("message", metavar="ID")
@box.identity_option
@output.json_option
def read(*, message: str, identity: str | None, as_json: bool) -> None:
    """Show a message; a number is its place in the inbox. What is yours is read by that."""
    from gitgt.services.mail import boxes, steps

    town = context.town()
    whose = box.mine(town, identity)
    found = boxes.find(town, message, whose)
    if whose == found.recipient:
        (done,) = steps.read(town, [str(found.id)], context.me(), whose)
        found = done.message
    if as_json:
        output.answer_json(found.fields())
    else:
        box.page(found)


@click.command()
@box.identity_option
@output.json_option
def peek(*, identity: str | None, as_json: bool) -> None:
    """Show the first new message without reading it; exit 1 if there is none."""
    from gitgt.services.mail import boxes

    town = context.town()
    found = boxes.unread(town.ledger.snapshot(), box.mine(town, identity))
    if as_json:
        output.answer_json([each.fields() for each in found[:1]])
    elif found:
        box.page(found[0])
    if not found:
        output.say("gt: no new mail")
        raise SystemExit(1)


@click.command()
@click.argument("message", metavar="ID")
@output.json_option
def thread(*, message: str, as_json: bool) -> None:
    """List the conversation that a message is part of, as it went on."""
    from gitgt.services.mail import boxes

    town = context.town()
    box.answer(boxes.thread(town, message, box.mine(town)), as_json=as_json)


@click.command()
@click.argument("text")
@click.option("--from", "sender", default="", metavar="ADDRESS", help="Only what they sent.")
@click.option("--subject", is_flag=True, help="Look at subjects only.")
@click.option("--body", is_flag=True, help="Look at what messages say only.")
@click.option("--archive", is_flag=True, help="Look at what is archived, too.")
@box.identity_option
@output.json_option
def search(
    *, text: str, sender: str, subject: str, body: bool, archive: bool, identity: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Find messages by words or by a regular expression."""
    from gitgt.services.mail import boxes

    town = context.town()
    wanted = boxes.Search(
        text=text,
        sender=sender,
        in_subject=bool(subject) or not body,
        in_body=body or not subject,
        archived=archive,
    )
    found = boxes.search(town.ledger.snapshot(), box.mine(town, identity), wanted)
    box.answer(found, as_json=as_json)


@click.command()
@output.json_option
def directory(*, as_json: bool) -> None:
    """List everybody and everything that a message can be sent to."""
    from gitgt.services.mail import directory as known

    found = known.entries(context.town())
    if as_json:
        rows = [
            {"address": each.word, "what": each.what, "receivers": list(each.receivers)}
            for each in found
        ]
        output.answer_json(rows)
    else:
        output.table((each.word, each.what, " ".join(each.receivers)) for each in found)
