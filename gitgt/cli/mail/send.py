"""``git gt mail send`` and ``reply``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from gitgt.cli import context, output
from gitgt.cli.mail import box
from gitgt.cli.one_of import OneOf

if TYPE_CHECKING:
    from gitgt.model.documents import Message
    from gitgt.services.town import Town

_LINES = 4  # receivers that are named


@click.command()
@click.argument("address", nargs=-1)
@click.option("--to", "also", multiple=True, metavar="ADDRESS", help="Whom it is for, too.")
@click.option("--cc", multiple=True, metavar="ADDRESS", help="Who gets a copy.")
@click.option("--subject", "-s", help="What it is about, in one line.")
@click.option("--message", "-m", "--body", "message", help="What it says; - reads stdin.")
@click.option("--stdin", is_flag=True, help="Read what it says from stdin.")
@click.option(
    "--priority", type=click.IntRange(0, 4), default=2, help="0 is urgent, 2 usual, 4 backlog."
)
@click.option("--urgent", is_flag=True, help="The same as --priority 0.")
@click.option(
    "--type",
    "message_type",
    type=OneOf("gitgt.model.documents:MessageType"),
    default="notification",
    help="What it is for.",
)
@click.option("--reply-to", metavar="ID", help="The message that it answers.")
@click.option("--from", "sender", metavar="ADDRESS", help="Who writes; for people alone.")
@click.option("--self", "to_self", is_flag=True, help="To yourself.")
@click.option("--human", is_flag=True, help="To the overseer.")
@click.option("--pinned", is_flag=True, help="It stays until somebody archives it.")
@click.option("--permanent", is_flag=True, help="It stays in sight when it is archived, too.")
@click.option("--wisp", is_flag=True, help="As it is anyway: archived mail goes after a week.")
@click.option(
    "--notify/--no-notify", "-n/ ", default=True, help="Wake a receiver that is idle."
)
@output.json_option
def send(
    *,
    address: tuple[str, ...],
    also: tuple[str, ...],
    cc: tuple[str, ...],
    subject: str | None,
    message: str | None,
    stdin: bool,
    priority: int,
    urgent: bool,
    message_type: str,
    reply_to: str | None,
    sender: str | None,
    to_self: bool,
    human: bool,
    pinned: bool,
    permanent: bool,
    wisp: bool,  # noqa: ARG001 - Gas Town's word for what is usual here
    notify: bool,
    as_json: bool,
) -> None:
    """Send a message to agents, people, groups, a queue or a channel.

    ADDRESS may be mayor, overseer, RIG/witness, RIG/crew/NAME, RIG/NAME, a pattern such as
    @crew/RIG, or the name of a group, a queue or a channel.
    """
    from gitgt.model.documents import MessageType
    from gitgt.services.mail import sending
    from gitgt.services.mail.sending import Letter

    town = context.town()
    me = box.mine(town)
    to = [*address, *also, *([me] if to_self else []), *([box.OVERSEER] if human else [])]
    if not to:
        raise click.UsageError("to whom? git gt mail directory lists everybody")
    answers = _answered(town, reply_to)
    letter = Letter(
        subject=subject or (f"Re: {answers.title}" if answers else ""),
        body=box.body(message, None, stdin=stdin),
        priority=0 if urgent else priority,
        message_type=MessageType(message_type),
        thread=answers.conversation if answers else "",
        reply_to=str(answers.id) if answers else "",
        labels=_labels(pinned=pinned, permanent=permanent, notify=notify),
    )
    sent = sending.send(town, letter, to, sender=sender or me, who=context.me(), cc=cc)
    _answer(sent, as_json=as_json)
    context.after_mailing(town, [each.recipient for each in sent if each.recipient])


@click.command()
@click.argument("message_id", metavar="ID")
@click.argument("text", required=False)
@click.option("--subject", "-s", help="Otherwise that of what is answered.")
@click.option("--message", "-m", "--body", "message", help="What it says; - reads stdin.")
@click.option("--stdin", is_flag=True, help="Read what it says from stdin.")
@output.json_option
def reply(
    *,
    message_id: str,
    text: str | None,
    subject: str | None,
    message: str | None,
    stdin: bool,
    as_json: bool,
) -> None:
    """Answer a message, to whoever sent it; it is read by that."""
    from gitgt.services.mail import answering

    town = context.town()
    me = box.mine(town)
    said = box.body(message, text, stdin=stdin)
    sent = answering.reply(town, message_id, said, me, context.me(), subject=subject or "")
    _answer([sent], as_json=as_json)
    context.after_mailing(town, [sent.recipient])


def _answered(town: Town, name: str | None) -> Message | None:
    if name is None:
        return None
    from gitgt.services.mail import boxes

    return boxes.find(town, name, box.mine(town))


def _labels(*, pinned: bool, permanent: bool, notify: bool) -> tuple[str, ...]:
    from gitgt.services.mail import sending

    words = {sending.PINNED: pinned, sending.PERMANENT: permanent, sending.SILENT: not notify}
    return tuple(word for word, wanted in words.items() if wanted)


def _answer(sent: Sequence[Message], *, as_json: bool) -> None:
    if as_json:
        output.answer_json([each.fields() for each in sent])
        return
    if len(sent) == 1:
        output.answer(f"{sent[0].id} is sent to {sent[0].box}: {sent[0].title}")
        return
    boxes = [each.box for each in sent]
    more = f" and {len(boxes) - _LINES} more" if len(boxes) > _LINES else ""
    output.answer(f"sent to {', '.join(boxes[:_LINES])}{more}: {sent[0].title}")
