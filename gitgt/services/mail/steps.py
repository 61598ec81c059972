"""What becomes of a message: read, taken back, archived; judged where the ledger stands then.

Whoever acts learns of each message whether it was they who took the step. So of several who
hold one message at once, exactly one may act on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from gitgt.errors import NotAllowedError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.documents import Document, Message
from gitgt.model.lifecycle import MessageStatus
from gitgt.model.wording import fit_line
from gitgt.services.mail import boxes
from gitgt.services.town import Town
from gitgt.values import dataclass

DELETED: Final = "deleted"
# What else is written with a step, given where the ledger stands and which messages it takes
# there: whatever somebody does about a message is done once if it is written so.
Along = Callable[[Snapshot, Sequence[Message]], Iterable[Document]]


@dataclass(frozen=True, slots=True)
class Stepped:
    """A message as it stands, and whether it was us who brought it there."""

    message: Message
    fresh: bool


def read(town: Town, names: Sequence[str], who: Actor, reader: str) -> list[Stepped]:
    """Say that *reader* has them: read, and acknowledged."""

    def step(old: Message) -> Message:
        if old.status is not MessageStatus.UNREAD:
            return old
        return old.replace(status=MessageStatus.READ, reader=reader, read_at=town.now())

    return take(town, names, who, reader, ("read", step))


def unread(town: Town, names: Sequence[str], who: Actor, reader: str) -> list[Stepped]:
    """Take that back: they are new again, or in a queue for others to claim."""

    def step(old: Message) -> Message:
        if old.status is not MessageStatus.READ:
            return old
        return old.replace(status=MessageStatus.UNREAD, reader="", read_at="")

    return take(town, names, who, reader, ("put back", step))


def archive(
    town: Town, names: Sequence[str], who: Actor, reader: str, *, reason: str = "",
    along: Along | None = None,
) -> list[Stepped]:  # fmt: skip
    """Say that they are dealt with; *along* is written in the same commit, or neither is."""

    def step(old: Message) -> Message:
        if old.is_closed:
            return old
        had = {"reader": old.reader or reader, "read_at": old.read_at or town.now()}
        done = {"closed_at": town.now(), "reason": reason or old.reason}
        return old.replace(status=MessageStatus.ARCHIVED, **had, **done)

    return take(town, names, who, reader, ("archive", step), along)


def take(
    town: Town,
    names: Sequence[str],
    who: Actor,
    reader: str,
    told: tuple[str, Callable[[Message], Message]],
    along: Along | None = None,
) -> list[Stepped]:
    """Take a step with each of *names*, all in one commit, judged on the ledger as it is then.

    Raises:
        NotFoundError: one is no message.
        NotAllowedError: an agent's step with another's mail.
    """
    verb, step = told
    done: list[Stepped] = []

    def decide(now: Snapshot) -> Change | None:
        olds = [boxes.of(now, each) for each in names]
        news = [step(_mine(old, who, reader)) for old in olds]
        done[:] = [Stepped(new, new != old) for old, new in zip(olds, news, strict=True)]
        fresh = [each.message for each in done if each.fresh]
        if not fresh:
            return None
        more = f" and {len(fresh) - 1} more" if len(fresh) > 1 else ""
        subject = fit_line(f"{verb} {fresh[0].id}{more}: {fresh[0].title}")
        others = tuple(along(now, fresh)) if along else ()
        return Change(subject, (*fresh, *others), event=f"mail.{verb.replace(' ', '-')}")

    town.ledger.transact(decide, who)
    return done


def _mine(message: Message, who: Actor, reader: str) -> Message:
    """Return a message that *reader* may take a step with: their own; people with any."""
    whose = message.reader if message.queue else message.recipient
    if who.standing.is_agent and not whose == reader == who.address:
        raise NotAllowedError(
            f"{message.id} is not yours: it lies with {whose or message.box}",
            hint="git gt mail inbox",
        )
    return message
