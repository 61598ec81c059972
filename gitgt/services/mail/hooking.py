"""Make work of a message: a bead of a rig, on the hook of whoever got the message.

The bead comes first, under an id that follows from the message's, and then the message is
archived: whatever happens in between, doing it again ends it, and makes no second bead.
"""

from __future__ import annotations

import hashlib

from gitgt.errors import RefusedError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.documents import Bead, Message, WorkType
from gitgt.model.ids import SUFFIX_LENGTH, BeadId, base36
from gitgt.model.lifecycle import BeadStatus
from gitgt.services.agents import hook
from gitgt.services.mail import boxes, steps
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Wish:
    """What the bead is to say beyond the message, and how it is made."""

    title: str = ""
    notes: str = ""
    dry_run: bool = False
    force: bool = False


def put_on_hook(
    town: Town, rig: Rig, name: str, me: str, who: Actor, wish: Wish
) -> Bead:  # fmt: skip
    """Make a bead of *rig* out of the message *name*, on the hook of *me*; return the bead.

    Raises:
        NotFoundError: there is no such message.
        RefusedError: it is not theirs, or there is work on the hook.
    """
    message = boxes.find(town, name, me)
    if me not in (message.recipient, message.reader):
        raise RefusedError(f"{message.id} is not yours", hint="git gt mail inbox")
    holder = me if "/" in me else who.address
    bead = _bead(town, rig, message, holder, wish)
    if wish.dry_run:
        return bead

    def decide(now: Snapshot) -> Change | None:
        if now.find(bead.id) is not None:
            return None
        held = hook.hooks(now).get(holder)
        if held and not wish.force:
            raise RefusedError(
                f"{held} is on the hook of {holder}", hint="git gt done, or use --force"
            )
        return Change(f"hook {message.id} as {bead.id}", (bead,), event="bead.slung")

    after = town.ledger_at(rig).transact(decide, who)
    steps.archive(town, [str(message.id)], who, me, reason=f"it is {bead.id} now")
    return after.bead(bead.id)


def _bead(town: Town, rig: Rig, message: Message, holder: str, wish: Wish) -> Bead:
    digest = hashlib.sha256(f"{rig.name}\0{message.id}".encode()).digest()
    name = base36(int.from_bytes(digest[:8]), SUFFIX_LENGTH + 3)
    return Bead(
        id=BeadId.parse(f"{rig.prefix}-{name}"),
        type=WorkType.TASK,
        title=wish.title or message.title,
        status=BeadStatus.HOOKED,
        priority=message.priority,
        assignee=holder,
        created_at=town.now(),
        created_by=message.created_by,
        description=message.description,
        notes=wish.notes,
        external=str(message.id),
    )
