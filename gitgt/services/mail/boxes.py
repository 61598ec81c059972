"""Read mail without changing anything: a box, one message, a conversation, a search."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from gitgt.errors import NotFoundError, RefusedError
from gitgt.ledger.index import Row
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.documents import Message
from gitgt.model.ids import TOWN_PREFIX
from gitgt.model.lifecycle import MessageStatus
from gitgt.services.town import Town
from gitgt.values import dataclass

_LONG: Final = 5  # what has so many digits is an id
LIVE: Final = (MessageStatus.UNREAD, MessageStatus.READ)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is looked for: words or a pattern, where, and from whom."""

    text: str = ""
    sender: str = ""
    in_subject: bool = True
    in_body: bool = True
    archived: bool = False

    def pattern(self) -> re.Pattern[str]:
        """Return it as an expression.

        Raises:
            RefusedError: it is none.
        """
        try:
            return re.compile(self.text, re.IGNORECASE)
        except re.error as error:
            raise RefusedError(
                f"{self.text!r} is no pattern: {error}", hint="put \\ before ( [ * + ?"
            ) from error


def inbox(
    now: Snapshot, box: str, *, status: Iterable[str] = LIVE, limit: int = 0
) -> list[Message]:
    """Return what lies in *box*, the newest first."""
    rows = now.rows(kind="message", assignee=box, status=status)
    wanted = rows[::-1][: limit or None]
    return [*_messages(now, (each.id for each in wanted))]


def unread(now: Snapshot, box: str) -> list[Message]:
    """Return what nobody has read yet, in the order in which it came."""
    return [*_messages(now, (each.id for each in unread_rows(now, box)))]


def unread_rows(now: Snapshot, box: str) -> list[Row]:
    """Return what the index knows of what nobody has read yet."""
    return now.rows(kind="message", assignee=box, status=MessageStatus.UNREAD)


def lying(
    now: Snapshot, status: MessageStatus, is_meant: Callable[[str], bool]
) -> list[Message]:  # fmt: skip
    """Return the messages of one status that lie in boxes which *is_meant* picks."""
    rows = now.rows(kind="message", status=status)
    return [*_messages(now, (each.id for each in rows if is_meant(each.assignee)))]


def find(town: Town, text: str, box: str = "") -> Message:
    """Return the message that *text* names: an id, its beginning, or a number in *box*.

    Raises:
        NotFoundError: there is none.
        AmbiguousError: there are several.
    """
    now = town.ledger.snapshot()
    if text.isascii() and text.isdigit() and box and len(text) < _LONG:
        return _numbered(inbox(now, box), int(text), box)
    name = text if "-" in text else f"{TOWN_PREFIX}-ms-{text}"
    if not name.startswith(f"{TOWN_PREFIX}-ms-"):
        raise NotFoundError(f"{text} is no message", hint="git gt mail inbox")
    try:
        return of(now, now.complete(name))
    except NotFoundError as error:
        raise NotFoundError(f"there is no message {text}", hint="git gt mail inbox") from error


def of(now: Snapshot, name: str) -> Message:
    """Return the message called *name* as it is *now*.

    Raises:
        NotFoundError: it is none.
    """
    found = now.find(name)
    if not isinstance(found, Message):
        raise NotFoundError(f"{name} is no message", hint="git gt mail inbox")
    return found


def thread(town: Town, text: str, box: str = "") -> list[Message]:
    """Return the conversation that a message is part of, as it went on.

    Copies of one letter are shown once.
    """
    root = find(town, text, box).conversation
    now = town.ledger.snapshot()
    replies = (each.id for each in now.rows(kind="message", source=root))
    there = now.find(root)  # it may have passed
    found = [*([there] if isinstance(there, Message) else []), *_messages(now, replies)]
    return _once(found, box)


def _once(found: Sequence[Message], box: str) -> list[Message]:
    """Return letters without their copies; of several, one's own is shown."""
    kept: dict[tuple[str, ...], Message] = {}
    for each in sorted(found, key=lambda one: (one.created_at, one.box != box, one.id)):
        kept.setdefault((each.created_at, each.created_by, each.title, each.description), each)
    return [*kept.values()]


def search(now: Snapshot, box: str, wanted: Search) -> list[Message]:
    """Return what of *box* fits, the newest first."""
    status = tuple(MessageStatus) if wanted.archived else LIVE
    pattern = wanted.pattern()
    return [
        each
        for each in inbox(now, box, status=status)
        if wanted.sender in ("", each.created_by)
        and (
            (wanted.in_subject and pattern.search(each.title))
            or (wanted.in_body and pattern.search(each.description))
        )
    ]


def _numbered(found: Sequence[Message], number: int, box: str) -> Message:
    if not 0 < number <= len(found):
        raise NotFoundError(
            f"{box} has no message {number}; there are {len(found)}", hint="git gt mail inbox"
        )
    return found[number - 1]


def _messages(now: Snapshot, names: Iterable[str]) -> Iterator[Message]:
    for name in names:
        found = now.from_index(name)
        if isinstance(found, Message):
            yield found
