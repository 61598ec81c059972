"""Let go of what has passed: a channel's surplus is archived, what is long archived leaves.

It leaves the ledger's tree, never its history: ``git log -- <its path>`` in the town's
repository has every message that there ever was.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.documents import MailList, Message
from gitgt.model.lifecycle import ListStatus, MessageStatus
from gitgt.model.mail import keeping
from gitgt.model.mail.routing import ListKind
from gitgt.services.mail import boxes, directory
from gitgt.services.town import Town

# So many leave in one commit; there is a next one.
_AT_ONCE: Final = 500


def overflow(town: Town, now: Snapshot, channel: str) -> list[Message]:
    """Return what a channel that is written to keeps no longer, archived; mostly nothing."""
    found = directory.find(now, ListKind.CHANNEL, channel)
    held = now.rows(kind="message", assignee=f"channel:{channel}", status=boxes.LIVE)
    if found is None or not keeping.is_full(found, len(held) + 1):
        return []
    messages = boxes.inbox(now, f"channel:{channel}")[::-1]
    return [*_archived(town, keeping.surplus(found, messages, town.clock(), new=1))]


def sweep(town: Town, who: Actor) -> float | None:
    """See to channels and to what was archived; return when the next message passes."""
    if _trimmed(town, town.ledger.snapshot()) is not None:
        town.ledger.transact(lambda now: _trimmed(town, now), who)
    while _swept(town, who):
        pass
    left = town.ledger.snapshot().all(Message, status=MessageStatus.ARCHIVED)
    return keeping.next_passing(list(left))


def _trimmed(town: Town, now: Snapshot) -> Change | None:
    gone = [
        message
        for channel in now.all(MailList, type=ListKind.CHANNEL, status=ListStatus.ACTIVE)
        if channel.retain_count or channel.retain_hours
        for message in keeping.surplus(
            channel, boxes.inbox(now, f"channel:{channel.title}")[::-1], town.clock()
        )
    ][:_AT_ONCE]
    if not gone:
        return None
    told = f"archive what channels keep no longer: {len(gone)}"
    return Change(told, tuple(_archived(town, gone)), event="mail.archive")


def _swept(town: Town, who: Actor) -> bool:
    """Let some of what has passed go; tell whether there may be more."""
    many = 0

    def decide(now: Snapshot) -> Change | None:
        nonlocal many
        archived = now.all(Message, status=MessageStatus.ARCHIVED)
        passed = [each for each in archived if keeping.has_passed(each, town.clock())]
        gone = tuple(passed[:_AT_ONCE])
        many = len(passed) - len(gone)
        told = f"let go of messages that the history keeps: {len(gone)}"
        return Change(told, event="mail.swept", gone=gone) if gone else None

    if decide(town.ledger.snapshot()) is not None:
        town.ledger.transact(decide, who)
    return many > 0


def _archived(town: Town, messages: list[Message]) -> Iterator[Message]:
    done = {"status": MessageStatus.ARCHIVED, "closed_at": town.now()}
    return (each.replace(**done) for each in messages)
