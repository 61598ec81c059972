"""What is kept of sessions for good, below the rig that they belong to, or the town.

A session's folder may be lost, and lies on one machine. Its record says who sat where, on what
and for how long, so that somebody can ask it later, and count what it took.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count
from typing import Any, Final

from gitgt.errors import AmbiguousError, NotFoundError
from gitgt.ledger.session_records import SessionRecords
from gitgt.model.instant import exact_text_of, later_than
from gitgt.model.session_record import Note, SessionRecord, Usage, id_of
from gitgt.runtime.assignment import Assignment
from gitgt.services.town import Rig, Town

Place = Rig | Town
BY_HAND: Final = "by hand"  # of a session that nobody but a person knew of
HANDOFF: Final = "handoff"
NOT_BEGUN: Final = "it could not begin: "
VANISHED: Final = "it vanished without a word"  # as launchers say it


def of(town: Town, place: Place) -> SessionRecords:
    """Return the records of the sessions of *place*."""
    rig = None if isinstance(place, Town) else place
    return SessionRecords(town.ledger_at(rig).repository)


def records(
    town: Town, place: Place | None = None, *, address: str = ""
) -> list[SessionRecord]:
    """Return the records of *place*, else of all that is here, the oldest first.

    Those of one agent are read without the others'.
    """
    places: list[Place] = [town, *town.rigs_here().values()] if place is None else [place]
    found: list[SessionRecord] = []
    for each in places:
        kept = of(town, each)
        found += kept.of(address) if address else kept.all()
    return sorted(found, key=lambda record: (record.started, record.id))


def last(town: Town, place: Place, address: str) -> SessionRecord | None:
    """Return the record of the last session of an agent that began."""
    found = [each for each in of(town, place).of(address) if has_begun(each)]
    return found[-1] if found else None


def left_by(record: SessionRecord) -> str:
    """Return the id of the record that whoever sits down after *record* goes on from.

    One that vanished may never have got that far: what it was to go on from is not lost.
    """
    if record.handoff is not None:
        return record.id
    return record.follows if record.how.startswith(VANISHED) else ""


def has_begun(record: SessionRecord) -> bool:
    """Tell whether anything was started at all."""
    return not record.how.startswith(NOT_BEGUN)


def find(town: Town, name: str) -> SessionRecord:
    """Return the record whose id, conversation or session *name* begins.

    Raises:
        NotFoundError: there is none.
        AmbiguousError: there are several.
    """
    found = [
        each
        for each in records(town)
        if any(told.startswith(name) for told in (each.id, each.conversation, each.session))
    ]
    exact = [each for each in found if name in (each.id, each.conversation, each.session)]
    found = exact or found
    if not name or not found:
        raise NotFoundError(f"there is no session {name!r}", hint="git gt seance")
    if len(found) > 1:
        told = ", ".join(each.id for each in found[-5:])
        raise AmbiguousError(f"{name} may be {told}", hint="give more of it")
    return found[0]


def note_started(town: Town, place: Place, assignment: Assignment, *, topic: str = "") -> str:
    """Record that a session is about to begin; return the id of its record.

    If the one before has handed over, this is the one that goes on from there. It is written
    before anything is started. Whoever is killed in between comes again with a session of the
    same name, which is the same one.
    """
    number = _last(town, place, assignment.address, assignment.session)
    old = _get(town, place, assignment.address, assignment.session, number)
    if old is not None and not old.is_open:
        number += 1  # a launcher's memory was lost, and it counts anew
    name = _id(town, assignment.address, assignment.session, number)
    at = assignment.at or town.clock()
    before = last(town, place, assignment.address)
    follows = "" if before is None or before.id == name else left_by(before)
    fresh = SessionRecord(
        id=name,
        session=assignment.session,
        address=assignment.address,
        role=assignment.role,
        rig=assignment.rig,
        bead=assignment.bead,
        attempt=assignment.attempt,
        runtime=assignment.runtime.name,
        model=assignment.model,
        conversation=assignment.conversation,
        cwd=str(assignment.worktree),
        host=socket.gethostname(),
        place=str(town.root),
        topic=HANDOFF if follows else topic,
        follows=follows,
        permission=str(assignment.permission),
        # A clock may be set back; who came last must be told apart all the same.
        started=later_than(before.started if before else "", exact_text_of(at)),
    )
    of(town, place).change(
        assignment.address, name, lambda _: fresh, why=f"{assignment.address} sits down", at=at
    )
    return name


def note_told(town: Town, place: Place, address: str, session: str, **told: str) -> None:
    """Record what a session's program told of itself; empty is what it did not tell.

    That may be its ``conversation``, its ``transcript``, its ``model``.
    """
    _amend(town, place, address, session, lambda old: _told(old, told), "says who it is")


def note_ended(
    town: Town, place: Place, address: str, session: str, *, ended: float, how: str = "",
    **told: str,
) -> SessionRecord | None:  # fmt: skip
    """Record that a session has ended, and why, if not well; who says so first is believed.

    What its program *told* of itself is recorded with it. Returns the record, if it has one.
    """

    def decide(old: SessionRecord) -> SessionRecord:
        if old.is_open:
            old = replace(old, ended=exact_text_of(ended), how=how)
        return _told(old, told)

    return _amend(town, place, address, session, decide, "gets up")


def _told(old: SessionRecord, told: Mapping[str, str]) -> SessionRecord:
    known: dict[str, Any] = {name: each for name, each in told.items() if each}
    return replace(old, **known)


def note_handoff(
    town: Town, place: Place, address: str, session: str, note: Note
) -> SessionRecord:
    """Record what a session leaves to its successor, once; return its record.

    A session that nobody but a person knew of (empty) gets a record by this.
    """
    if not session:
        return _note_by_hand(town, place, address, handoff=note)

    def decide(old: SessionRecord) -> SessionRecord:
        return old if old.handoff else replace(old, handoff=note)

    _amend(town, place, address, session, decide, f"hands over: {note.subject}")
    found = last(town, place, address)
    if found is None or found.session != session:
        return _note_by_hand(town, place, address, handoff=note)
    return found


def note_checkpoint(
    town: Town, place: Place, address: str, session: str, note: Note
) -> SessionRecord:
    """Record how far a session is, for whoever goes on from there; return its record."""
    before = last(town, place, address)
    if before is None or (session and before.session != session):
        return _note_by_hand(town, place, address, checkpoint=note)
    of(town, place).change(
        address, before.id, lambda old: old and replace(old, checkpoint=note),
        why=f"{address} notes how far it is", at=town.clock(),
    )  # fmt: skip
    return replace(before, checkpoint=note)


def _note_by_hand(
    town: Town, place: Place, address: str, *, handoff: Note | None = None,
    checkpoint: Note | None = None,
) -> SessionRecord:  # fmt: skip
    now = exact_text_of(town.clock())
    session = f"{BY_HAND} {now}"
    rig = None if isinstance(place, Town) else place
    record = SessionRecord(
        id=_id(town, address, session, 1), session=session, address=address,
        rig=rig.name if rig else "", host=socket.gethostname(), place=str(town.root),
        topic=BY_HAND, started=now, ended=now, handoff=handoff, checkpoint=checkpoint,
    )  # fmt: skip
    of(town, place).change(
        address, record.id, lambda _: record, why=f"{address} leaves a note", at=town.clock()
    )
    return record


def note_usage(
    town: Town, place: Place, address: str, session: str, usage: Mapping[str, Usage]
) -> None:
    """Record what a session has used so far, by model; counts only grow."""

    def decide(old: SessionRecord) -> SessionRecord:
        return old.joined(replace(old, usage={**usage}))

    _amend(town, place, address, session, decide, "is counted")


def _amend(
    town: Town, place: Place, address: str, session: str,
    decide: Callable[[SessionRecord], SessionRecord], what: str,
) -> SessionRecord | None:  # fmt: skip
    """Change the record of a session, and return it; one that began without has none."""
    number = _last(town, place, address, session)
    name = _id(town, address, session, number)
    of(town, place).change(
        address, name, lambda old: old and decide(old),
        why=f"{address} {what}", at=town.clock(),
    )  # fmt: skip
    return of(town, place).get(address, name)


def _id(town: Town, address: str, session: str, number: int) -> str:
    return id_of(
        host=socket.gethostname(), place=str(town.root), address=address, session=session,
        number=number,
    )  # fmt: skip


def _get(
    town: Town, place: Place, address: str, session: str, number: int
) -> SessionRecord | None:
    return of(town, place).get(address, _id(town, address, session, number))


def _last(town: Town, place: Place, address: str, session: str) -> int:
    """Return the number of the last session of that name; 1 if there was none."""
    return next(
        number for number in count(1) if _get(town, place, address, session, number + 1) is None
    )
