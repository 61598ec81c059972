"""What could not be told to those whom it is for."""

from __future__ import annotations

from collections.abc import Iterator

from gitgt.model.documents import Message, Severity
from gitgt.model.instant import text_of
from gitgt.model.lifecycle import MessageStatus
from gitgt.model.mail.rounds import UNDELIVERABLE
from gitgt.model.todo import Entry
from gitgt.services.escalation import looking
from gitgt.services.town import Town


def undeliverable(town: Town) -> Iterator[Entry]:
    """Yield whoever has mail and is not there; all of one box is one entry."""
    now = town.ledger.snapshot()
    for name in now.index.labeled(now.commit, UNDELIVERABLE):
        each = now.from_index(name)
        lies = isinstance(each, Message) and each.status is MessageStatus.UNREAD
        if isinstance(each, Message) and lies and each.recipient and not each.reply_to:
            yield Entry(
                what=f"{each.recipient} is not there, and has mail: {each.title}",
                about=f"mail/{each.recipient}",
                severity=Severity.LOW if each.priority else Severity.HIGH,
                since=each.created_at,
                command=f"git gt mail clear {each.recipient}",
            )


def undelivered(town: Town) -> Iterator[Entry]:
    """Yield the channels by which escalations do not get through."""
    for _, tried in looking.undelivered(town):
        channel = tried.key.channel
        yield Entry(
            what=f"escalations do not get out by {channel}: {tried.why}",
            about=f"channel/{channel}",
            severity=Severity.MEDIUM,
            since=text_of(tried.at),
            command="git gt escalate deliver",
        )
