"""What is forgotten, and when: by count and age, so that no ledger grows for ever."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gitgt.model.documents import MailList, Message
from gitgt.model.instant import seconds_of

# Labels of what stays until somebody archives it, and is kept after that.
KEPT: Final = frozenset({"pinned", "permanent"})
_HOUR: Final = 3600.0
# What is archived stays in sight for so long; its history stays for ever.
ARCHIVED: Final = 7 * 24 * _HOUR
# A channel may hold a tenth too much: what is sent need not look back each time.
_SLACK: Final = 1.1


def surplus(
    channel: MailList, held: Sequence[Message], now: float, *, new: int = 0
) -> list[Message]:
    """Return what a channel that holds these, the oldest first, keeps no longer.

    *new* is how many are just coming in.
    """
    loose = [each for each in held if not KEPT & {*each.labels}]
    old = [
        each
        for each in loose
        if channel.retain_hours
        and now - seconds_of(each.created_at) >= channel.retain_hours * _HOUR
    ]
    over = len(held) + new - channel.retain_count if channel.retain_count else 0
    many = loose[: max(0, over)]
    gone = {each.id for each in (*old, *many)}
    return [each for each in loose if each.id in gone]


def is_full(channel: MailList, count: int) -> bool:
    """Tell whether a channel that holds so many is worth a look."""
    return bool(channel.retain_count) and count >= channel.retain_count * _SLACK


def has_passed(message: Message, now: float) -> bool:
    """Tell whether a message may leave the ledger; the history has it."""
    if not message.closed_at or KEPT & {*message.labels}:
        return False
    deleted = message.reason == "deleted"
    return deleted or now - seconds_of(message.closed_at) >= ARCHIVED


def next_passing(messages: Sequence[Message]) -> float | None:
    """Return when the next of these may leave."""
    due = [
        seconds_of(each.closed_at) + ARCHIVED
        for each in messages
        if each.closed_at and not KEPT & {*each.labels}
    ]
    return min(due, default=None)
