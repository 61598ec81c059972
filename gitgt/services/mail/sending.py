"""Send mail: one message for each receiver, all of them in one commit of the town's ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from gitgt.errors import NotAllowedError, RefusedError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.address import is_address
from gitgt.model.documents import Message, MessageType
from gitgt.model.ids import BeadId
from gitgt.model.instant import exact_text_of
from gitgt.model.lifecycle import MessageStatus
from gitgt.model.mail import routing
from gitgt.model.mail.routing import Directory, Route
from gitgt.model.wording import fit_line, fit_text
from gitgt.services.mail import directory, notices, retention
from gitgt.services.town import Town
from gitgt.values import dataclass

# What is longer belongs into a file of the project, or on a bead.
MOST_TEXT: Final = 64 * 1024
PINNED: Final = "pinned"
PERMANENT: Final = "permanent"
SILENT: Final = "silent"  # nobody is woken for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What is to be said, before anybody knows to how many."""

    subject: str
    body: str = ""
    priority: int = 2
    message_type: MessageType = MessageType.NOTIFICATION
    thread: str = ""
    reply_to: str = ""
    labels: tuple[str, ...] = ()

    def fitted(self) -> Letter:
        """Return it with nothing in it that a document refuses.

        Raises:
            RefusedError: it has no subject, or is too long.
        """
        subject = fit_line(self.subject)
        if not subject:
            raise RefusedError("a message needs a subject", hint='-s "..."')
        body = fit_text(self.body).rstrip()
        if len(body.encode()) > MOST_TEXT:
            raise RefusedError(
                f"{len(body.encode())} bytes are too many for a message; {MOST_TEXT} may be",
                hint="commit it to a file, or put it into a bead, and say where it is",
            )
        return replace(self, subject=subject, body=body)


def send(
    town: Town,
    letter: Letter,
    to: Sequence[str],
    *,
    sender: str,
    who: Actor,
    cc: Sequence[str] = (),
) -> list[Message]:
    """Send *letter* to everybody whom the words of *to* and *cc* mean; return what was sent.

    Nobody gets it twice, and who writes to many does not write to themselves.

    Raises:
        RefusedError: a word leads nowhere; then nothing is sent.
        NotAllowedError: an agent writes in another's name.
    """
    check_sender(sender, who)
    fitted = letter.fitted()
    sent: list[Message] = []

    def decide(now: Snapshot) -> Change:
        known = directory.known(town, now)
        sent[:] = _Post(town, now, fitted, sender).messages(
            [_routed(each, known, sender) for each in to],
            [_routed(each, known, sender) for each in cc],
        )
        if not sent:
            raise RefusedError(
                f"nobody would get it: {', '.join(to)} has no receivers",
                hint="git gt mail directory",
            )
        kept = [each for each in sent if each.channel and not each.recipient]
        full = [old for each in kept for old in retention.overflow(town, now, each.channel)]
        return Change(_told(sender, sent), (*sent, *full), event="mail.sent")

    town.ledger.transact(decide, who)
    return sent


def check_sender(sender: str, who: Actor) -> None:
    """Check that an agent writes in its own name.

    Raises:
        NotAllowedError: it does not.
    """
    if who.standing.is_agent and sender != who.address:
        raise NotAllowedError(
            f"{who.address} may not write as {sender}", hint="leave out --from"
        )


def _routed(word: str, known: Directory, sender: str) -> Route:
    found = routing.route(word, known)
    if is_address(word):
        return found
    return replace(found, receivers=tuple(e for e in found.receivers if e != sender))


def _told(sender: str, sent: Sequence[Message]) -> str:
    boxes = [each.box for each in sent]
    to = boxes[0] if len(boxes) == 1 else f"{boxes[0]} and {len(boxes) - 1} more"
    return fit_line(f"mail from {sender} to {to}: {sent[0].title}")


class _Post:
    """One letter on its way to all whom it is for."""

    def __init__(self, town: Town, now: Snapshot, letter: Letter, sender: str) -> None:
        self._town = town
        self._now = now
        self._letter = letter
        self._sender = sender
        self._ids: set[str] = set()
        # To the millisecond: a box and a queue are in the order in which mail came.
        self._at = exact_text_of(town.clock())

    def messages(self, to: Sequence[Route], cc: Sequence[Route]) -> list[Message]:
        """Return one message for each receiver, queue and channel."""
        first = _receivers(to)
        others = {each: way for each, way in _receivers(cc).items() if each not in first}
        made = [self._made(box, tuple(others)) for box in _boxes((*to, *cc))]
        made += [
            self._made(replace(way, receivers=(each,)), tuple(others))
            for each, way in {**first, **others}.items()
        ]
        return [*self._threaded(made)]

    def _threaded(self, made: Sequence[Message]) -> Iterator[Message]:
        """Yield the copies of one letter as one conversation."""
        thread = self._letter.thread or (str(made[0].id) if len(made) > 1 else "")
        return (each.replace(thread="" if each.id == thread else thread) for each in made)

    def _made(self, way: Route, cc: tuple[str, ...]) -> Message:
        letter = self._letter
        return Message(
            id=self._new_id(),
            type="message",
            title=letter.subject,
            status=MessageStatus.UNREAD,
            priority=letter.priority,
            recipient=way.receivers[0] if way.receivers else "",
            cc=tuple(sorted(cc)),
            queue=way.queue,
            channel=way.channel,
            message_type=letter.message_type,
            reply_to=letter.reply_to,
            created_at=self._at,
            created_by=self._sender,
            labels=tuple(sorted(letter.labels)),
            description=letter.body,
        )

    def _new_id(self) -> BeadId:
        name = notices.new_id(self._town, self._now, self._ids)
        self._ids.add(name)
        return name


def _receivers(ways: Iterable[Route]) -> dict[str, Route]:
    """Return who gets a copy, and which way each comes: the first one that leads there."""
    found: dict[str, Route] = {}
    for way in ways:
        for each in way.receivers:
            found.setdefault(each, way)
    return found


def _boxes(ways: Iterable[Route]) -> list[Route]:
    """Return the queues and channels that keep a copy, each once."""
    found = {(way.queue, way.channel): way for way in ways if way.queue or way.channel}
    return [replace(way, receivers=()) for way in found.values()]
