"""A push to the ledger that no hook of ours saw: judged, and what broke a rule set aside.

What is set aside is so by a commit on top, made as every town makes it and pushed plainly: two
that do it at once do the same, and a later push is merged with. That commit runs the pipeline
once more, which finds nothing: so nothing has to tell it from others.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitgt.git import access
from gitgt.git.repository import Repository
from gitgt.git.transaction import RefMove, move_refs
from gitgt.ledger import lawful
from gitgt.model.actor import Actor
from gitgt.model.ci.plan import Verify
from gitgt.model.event import Event
from gitgt.model.push.broken import Broken
from gitgt.services import quarantine, sync
from gitgt.services.ci.room import REMOTE, Room
from gitgt.services.verify.judging import Judgement, judged
from gitgt.values import dataclass

# As which each town's own watcher does the same.
_WHO: Final = Actor.role("desk")


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found in a push to the ledger, and what was done about it.

    ``commits`` are the subjects of what was written, ``left`` is what is broken still: for
    people to mend. ``unjudged`` is why not all could be judged, if so.
    """

    broken: tuple[Broken, ...] = ()
    left: tuple[Broken, ...] = ()
    commits: tuple[tuple[str, str], ...] = ()
    unjudged: str = ""


def verify(room: Room, wanted: Verify) -> Verified:
    """Judge what was pushed, and set aside what broke a rule.

    Raises:
        RefusedError: something is to be set aside, and the pipeline may not push.
    """
    ledger = room.town.ledger_at(room.rig)
    repository, before = room.repository, ledger.head()
    new = wanted.new if wanted.new and repository.has(wanted.new) else before
    if wanted.old:
        access.bring(repository, REMOTE, wanted.old)
    found = judged(repository, ledger.ref, wanted.old or None, new)
    _mend(room, wanted.old if repository.has(wanted.old or new) else "")
    head = ledger.head()
    if head != before:
        room.check_writes()
        sync.sync(room.town, room.rig)
    written = tuple(_written(repository, wanted.old, new, head, since=before))
    left = _left(room, wanted, found)
    return Verified(found.broken, left, written, found.unjudged)


def _written(
    repository: Repository, old: str, new: str, head: str, *, since: str
) -> Iterator[tuple[str, str]]:
    """Yield what was written because of a push, with its subjects; not what came back.

    That is all that came *since*, and before that what put something back.
    """
    ours = {*repository.between(since, head)}
    for each in repository.between(new, head):
        message = repository.message_of(each)
        if old and repository.has(old) and repository.is_ancestor(each, old):
            continue
        if each in ours or Event.parse(message).name == lawful.PUT_BACK:
            yield each, message.partition("\n")[0]


def _mend(room: Room, old: str) -> None:
    """Bring back what was taken off since *old*, undo what nobody may do, tell the rest."""
    ledger = room.town.ledger_at(room.rig)
    repository = room.repository
    if old and not repository.is_ancestor(old, ledger.head()):
        sync.check_same(ledger, old, "what was there before")
        sync.take_in(ledger, old)
    if old:
        known = repository.ref(lawful.JUDGED)
        move_refs(repository, [RefMove(lawful.JUDGED, known, old)], why="judge this")
    quarantine.put_back(room.town, room.rig, _WHO)
    quarantine.report(room.town, room.rig, _WHO)


def _left(room: Room, wanted: Verify, found: Judgement) -> tuple[Broken, ...]:
    """Return what is broken still, now that something was done about it."""
    if not found.broken:
        return ()
    ledger = room.town.ledger_at(room.rig)
    return judged(room.repository, ledger.ref, wanted.old or None, ledger.head()).broken
