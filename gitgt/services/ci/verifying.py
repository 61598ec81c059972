"""A push to the ledger that no hook of ours saw: judged, and what broke a rule set aside.

What is set aside is so by a commit on top, made as every town makes it and pushed plainly: two
that do it at once do the same, and a later push is merged with. That commit runs the pipeline
once more, which finds nothing: so nothing has to tell it from others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gitgt.git import access
from gitgt.git.transaction import RefMove, move_refs
from gitgt.ledger import lawful, layout
from gitgt.ledger.transact import Ledger
from gitgt.model.actor import Actor
from gitgt.model.ci.plan import Verify
from gitgt.model.ci.report import Level, Row
from gitgt.model.documents import Escalation
from gitgt.services import quarantine, sync
from gitgt.services.ci.room import REMOTE, Room

# As which each town's own watcher does the same.
_WHO: Final = Actor.role("desk")


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found in a push to the ledger.

    ``aside`` is the commit that put right what could be, ``taken_off`` whether commits that
    the push had taken off the ledger are on it again.
    """

    rows: tuple[Row, ...] = ()
    aside: str = ""
    subject: str = ""
    taken_off: bool = False


def verify(room: Room, wanted: Verify) -> Verified:
    """Judge what was pushed, and set aside what broke a rule."""
    ledger = room.town.ledger_at(room.rig)
    before, repository = ledger.head(), room.repository
    old = wanted.old if wanted.old and access.bring(repository, REMOTE, wanted.old) else ""
    taken_off = bool(old) and not repository.is_ancestor(old, before)
    if taken_off:
        sync.check_same(ledger, old, "what was there before")
        sync.take_in(ledger, old)
    if old:
        judged = repository.ref(lawful.JUDGED)
        move_refs(repository, [RefMove(lawful.JUDGED, judged, old)], why="judge this")
    quarantine.put_back(room.town, room.rig, _WHO)
    quarantine.report(room.town, room.rig, _WHO)
    head = ledger.head()
    rows = tuple(_rows(ledger, before, head))
    if head == before:
        return Verified(rows)
    room.check_writes()
    sync.sync(room.town, room.rig)
    subject = repository.message_of(head).partition("\n")[0]
    return Verified(rows, head, subject, taken_off)


def _rows(ledger: Ledger, before: str, head: str) -> Iterator[Row]:
    now = ledger.snapshot(head)
    for each in ledger.repository.differences(before, head):
        named = layout.named_by(each.path)
        call = now.find(named) if named and each.old is None else None
        if isinstance(call, Escalation):
            yield Row(call.title, call.description, Level.ERROR)
