"""Work that waits in a queue: one claims a message, and is done with it or gives it back.

A claim is a step in the ledger, judged where the ledger stands then: of two who claim at once,
one has it, and the other gets the next one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from gitgt.errors import NotAllowedError, NotFoundError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.address import Address, Pattern, is_pattern
from gitgt.model.documents import MailList, Message, QueueOrder
from gitgt.model.lifecycle import ListStatus, MessageStatus
from gitgt.model.mail.routing import ListKind
from gitgt.model.wording import fit_line
from gitgt.services.mail import boxes, directory
from gitgt.services.town import Town


def claim(town: Town, queue: str, claimant: str, who: Actor) -> Message | None:
    """Claim the next message of *queue*, or of any that *claimant* may claim from.

    None: nothing waits there.

    Raises:
        NotFoundError: there is no such queue.
        NotAllowedError: it is not for them.
    """
    taken: list[Message] = []

    def decide(now: Snapshot) -> Change | None:
        taken.clear()
        for each in _open_to(now, queue, claimant):
            if (message := _next(now, each)) is not None:
                mine = message.replace(
                    status=MessageStatus.READ, reader=claimant, read_at=town.now()
                )
                taken.append(mine)
                told = f"{claimant} claims {mine.id} of {each.title}: {mine.title}"
                return Change(fit_line(told), (mine,), event="mail.claimed")
        return None

    town.ledger.transact(decide, who)
    return taken[0] if taken else None


def release_lost(town: Town, names: Collection[str], who: Actor) -> list[Message]:
    """Give back what somebody claimed who will not be done with it."""
    back: list[Message] = []

    def decide(now: Snapshot) -> Change | None:
        back[:] = [
            each.replace(status=MessageStatus.UNREAD, reader="", read_at="")
            for each in claimed(now)
            if each.id in names
        ]
        said = ", ".join(str(each.id) for each in back)
        told = fit_line(f"release {said}: whoever claimed it is gone")
        return Change(told, tuple(back), event="mail.released") if back else None

    town.ledger.transact(decide, who)
    return back


def claimed(now: Snapshot) -> list[Message]:
    """Return what of all queues somebody has claimed and is not done with."""
    return boxes.lying(now, MessageStatus.READ, lambda box: box.startswith("queue:"))


def may_claim(queue: MailList, claimant: str) -> bool:
    """Tell whether *claimant* may claim from *queue*; where nobody is named, everybody may."""
    if not queue.receivers:
        return True
    who = Address.parse(claimant)
    return any(_means(each, who) for each in queue.receivers)


def _means(word: str, who: Address) -> bool:
    if is_pattern(word):
        return Pattern.parse(word).fits(who)
    return str(who) in Address.parse(word).spellings


def _open_to(now: Snapshot, name: str, claimant: str) -> Iterator[MailList]:
    if not name:
        active = now.all(MailList, type=ListKind.QUEUE, status=ListStatus.ACTIVE)
        yield from (each for each in active if may_claim(each, claimant))
        return
    found = directory.find(now, ListKind.QUEUE, name)
    if found is None or found.status is not ListStatus.ACTIVE:
        raise NotFoundError(f"there is no queue {name!r}", hint="git gt mail queue list")
    if not may_claim(found, claimant):
        raise NotAllowedError(
            f"{claimant} may not claim from {name}", hint=f"git gt mail queue show {name}"
        )
    yield found


def _next(now: Snapshot, queue: MailList) -> Message | None:
    rows = now.rows(
        kind="message", assignee=f"queue:{queue.title}", status=MessageStatus.UNREAD
    )
    if not rows:
        return None
    by_urgency = queue.order == QueueOrder.PRIORITY
    first = min(rows, key=lambda each: each.priority) if by_urgency else rows[0]
    return boxes.of(now, first.id)
