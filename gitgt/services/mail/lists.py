"""Groups, queues and channels: make them, change whom they mean, end them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gitgt.errors import NotFoundError, RefusedError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.address import Address, is_pattern
from gitgt.model.documents import MailList, QueueOrder
from gitgt.model.ids import list_id
from gitgt.model.lifecycle import ListStatus, MessageStatus
from gitgt.model.mail import routing
from gitgt.model.mail.routing import ListKind
from gitgt.services.mail import boxes, directory
from gitgt.services.town import Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a new list is to be."""

    receivers: tuple[str, ...] = ()
    order: str = ""
    retain_count: int = 0
    retain_hours: int = 0
    description: str = ""


@dataclass(frozen=True, slots=True)
class Changed:
    """A list as it stands, and whether it was us who made it so."""

    found: MailList
    fresh: bool


def every(town: Town, kind: ListKind) -> list[MailList]:
    """Return the lists of one kind by name."""
    found = town.ledger.snapshot().all(MailList, type=kind, status=ListStatus.ACTIVE)
    return sorted(found, key=lambda each: each.title)


def get(town: Town, kind: ListKind, name: str) -> MailList:
    """Return one.

    Raises:
        NotFoundError: there is none of that name.
    """
    return _there(town.ledger.snapshot(), kind, name)


def counts(town: Town, queue: str) -> dict[str, int]:
    """Return how much of a queue waits, is claimed, and was done lately."""
    now, box = town.ledger.snapshot(), f"queue:{queue}"
    names = {"waiting": "unread", "claimed": "read", "done": "archived"}
    return {
        word: len(now.rows(kind="message", assignee=box, status=MessageStatus(status)))
        for word, status in names.items()
    }


def create(town: Town, kind: ListKind, name: str, wish: Wish, who: Actor) -> Changed:
    """Make a list; one that is there and would be the same is left as it is.

    Raises:
        RefusedError: the name cannot be, is taken by another list, or a receiver is nobody.
    """
    routing.parse_name(name)

    def made(now: Snapshot) -> MailList:
        _check_receivers(town, now, kind, name, wish.receivers)
        old = directory.find(now, kind, name)
        new = old or _fresh(town, kind, name, who)
        fields = {
            "receivers": tuple(sorted(set(wish.receivers))),
            "order": "" if wish.order == QueueOrder.FIFO else wish.order,
            "retain_count": wish.retain_count,
            "retain_hours": wish.retain_hours,
            "description": wish.description,
        }
        wanted = new.replace(status=ListStatus.ACTIVE, closed_at="", reason="", **fields)
        if old is not None and old.status is ListStatus.ACTIVE and wanted != old:
            raise RefusedError(
                f"the {kind} {name} is there already", hint=f"git gt mail {kind} show {name}"
            )
        return wanted

    return _write(town, who, f"make the {kind} {name}", made)


def add(town: Town, kind: ListKind, name: str, receiver: str, who: Actor) -> Changed:
    """Let a list mean one more.

    Raises:
        RefusedError: it would mean itself, or *receiver* is nobody.
    """

    def grown(now: Snapshot) -> MailList:
        old = _there(now, kind, name)
        more = tuple(sorted({*old.receivers, receiver}))
        _check_receivers(town, now, kind, name, more)
        return old.replace(receivers=more)

    return _write(town, who, f"{receiver} is in the {kind} {name}", grown)


def remove(town: Town, kind: ListKind, name: str, receiver: str, who: Actor) -> Changed:
    """Let a list mean one less, however that one was written."""

    def shrunk(now: Snapshot) -> MailList:
        old = _there(now, kind, name)
        names = _spellings(receiver)
        left = tuple(each for each in old.receivers if each not in names)
        return old.replace(receivers=left)

    return _write(town, who, f"{receiver} is out of the {kind} {name}", shrunk)


def close(town: Town, kind: ListKind, name: str, who: Actor) -> Changed:
    """End a list; what lies in a queue stays, and can be claimed no more.

    Raises:
        RefusedError: something in a queue waits or is claimed.
    """

    def ended(now: Snapshot) -> MailList:
        old = _there(now, kind, name)
        held = now.rows(kind="message", assignee=f"queue:{name}", status=boxes.LIVE)
        if kind is ListKind.QUEUE and held:
            raise RefusedError(
                f"the queue {name} holds {len(held)} that nobody is done with",
                hint=f"git gt mail clear queue:{name}, or claim and archive them",
            )
        return old.replace(status=ListStatus.CLOSED, closed_at=town.now())

    return _write(town, who, f"end the {kind} {name}", ended)


def _write(
    town: Town, who: Actor, subject: str, decide: Callable[[Snapshot], MailList]
) -> Changed:  # fmt: skip
    done: list[Changed] = []

    def change(now: Snapshot) -> Change:
        new = decide(now)
        done[:] = [Changed(new, now.find(new.id) != new)]
        return Change(subject, (new,), event="mail.list-changed")

    town.ledger.transact(change, who)
    return done[0]


def _there(now: Snapshot, kind: ListKind, name: str) -> MailList:
    found = directory.find(now, kind, name)
    if found is None or found.status is not ListStatus.ACTIVE:
        raise NotFoundError(
            f"there is no {kind} {name!r}", hint=f"git gt mail {kind} create {name}"
        )
    return found


def _fresh(town: Town, kind: ListKind, name: str, who: Actor) -> MailList:
    return MailList(
        id=list_id(kind, name),
        type=kind,
        title=name,
        status=ListStatus.ACTIVE,
        created_at=town.now(),
        created_by=who.address,
    )


def _check_receivers(
    town: Town, now: Snapshot, kind: ListKind, name: str, receivers: Sequence[str]
) -> None:  # fmt: skip
    routing.check_members(
        name if kind is ListKind.GROUP else "", receivers, directory.known(town, now)
    )


def _spellings(receiver: str) -> set[str]:
    if is_pattern(receiver) or "/" not in receiver:
        return {receiver}
    return {receiver, *Address.parse(receiver).spellings}
