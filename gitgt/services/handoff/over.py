"""Hand over: save the work, leave the note, end the session.

In this order, so a kill between any two acts leaves either the old session, which may try
again, or one that is to end and a successor that is to begin (``relief``).
"""

from __future__ import annotations

from typing import Final

from gitgt.errors import BusyError, NotAllowedError, RefusedError
from gitgt.model import handoff
from gitgt.model.actor import Actor, Standing
from gitgt.model.dispatch import SessionState
from gitgt.model.documents import Severity
from gitgt.model.handoff import Past
from gitgt.model.instant import exact_seconds_of, exact_text_of
from gitgt.model.session_record import Note, SessionRecord
from gitgt.services import submit
from gitgt.services.agents import wip
from gitgt.services.handoff import state
from gitgt.services.handoff.seat import Seat
from gitgt.services.sessions import session_records, sessions
from gitgt.services.town import Town
from gitgt.values import dataclass

WHO: Final = Actor.role("relief")
COMPACTION: Final = "compaction"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What an agent tells its successor; *collect* adds what can be seen."""

    subject: str = ""
    text: str = ""
    reason: str = ""
    collect: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """A handoff that was made; ``runs`` tells that a session is to end and another to begin."""

    record: SessionRecord
    runs: bool

    @property
    def note(self) -> Note:
        """What was left."""
        assert self.record.handoff is not None
        return self.record.handoff


def check(town: Town, seat: Seat, who: Actor) -> None:
    """Check that *who* may have the agent of *seat* hand over, and that it may now.

    Raises:
        NotAllowedError: only people, who gives out work, and the agent itself may.
        BusyError: it handed over just now.
        RefusedError: it hands over and nothing comes of it; a person was called.
    """
    if who.standing is Standing.AGENT and who.address != seat.address:
        raise NotAllowedError(
            f"{who.address} may not hand over for {seat.address}", hint="git gt handoff"
        )
    now, mark = town.clock(), state.mark(town, seat)
    records = session_records.of(town, seat.place).of(seat.address)
    past = [
        Past(exact_seconds_of(each.handoff.at), each.handoff.mark, each.bead)
        for each in records
        if each.handoff is not None
    ]
    bead = records[-1].bead if records else ""
    ruling = handoff.judge(past, now=now, mark=mark, bead=bead)
    if ruling.is_loop:
        submit.escalate(
            town, seat.rig, WHO, severity=Severity.HIGH, about=bead or seat.address,
            title=f"{seat.address} goes round in circles: {ruling.refused}",
        )  # fmt: skip
        raise RefusedError(
            f"{seat.address} may not hand over: {ruling.refused}",
            hint="commit what there is, or commit with the line: Escalate: HIGH why",
        )
    if ruling.refused:
        raise BusyError(
            f"{seat.address} may not hand over yet: {ruling.refused}",
            hint=f"in {ruling.wait:.0f} s it may",
        )


def hand_over(town: Town, seat: Seat, words: Words, who: Actor) -> Left:
    """Leave a note for whoever goes on, what is not committed saved before; end nothing yet.

    Raises:
        NotAllowedError: only people, who gives out work, and the agent itself may.
        BusyError: it handed over just now.
        RefusedError: it hands over and nothing comes of it; a person was called.
    """
    if (made := _made(town, seat)) is not None:
        return made
    if seat.rig is not None and seat.worktree.is_dir():
        wip.save(town, seat.rig, seat.address)
    check(town, seat, who)
    seen = sessions.look(seat.place, seat.address)
    runs = seen.state is SessionState.RUNNING
    note = note_of(town, seat, words)
    record = session_records.note_handoff(
        town, seat.place, seat.address, seen.session if runs else "", note
    )
    facts = {"session": record.id, "subject": note.subject, "why": words.reason}
    town.events.append("session.handed-over", seat.address, facts)
    return Left(record, runs)


def end(seat: Seat) -> None:
    """Ask the session that has handed over to end; it counts as no try in vain."""
    seen = sessions.look(seat.place, seat.address)
    if seen.state is SessionState.RUNNING:
        sessions.forgive_one(seat.place, seat.address, seen.session)
        sessions.sessions_of(seat.place).ask_to_stop(seat.address, goes_on=True)


def _made(town: Town, seat: Seat) -> Left | None:
    """Return the handoff that the running session has made, but did not end after."""
    seen = sessions.look(seat.place, seat.address)
    if seen.state is not SessionState.RUNNING:
        return None
    record = session_records.last(town, seat.place, seat.address)
    is_its = record is not None and record.session == seen.session
    return Left(record, runs=True) if record and is_its and record.handoff else None


def note_of(town: Town, seat: Seat, words: Words) -> Note:
    """Return what would be left."""
    told = [words.text.strip(), state.collect(town, seat) if words.collect else ""]
    text = "\n\n".join(each for each in told if each)
    return Note(
        at=exact_text_of(town.clock()),
        subject=handoff.subject_of(words.subject, words.text, words.reason),
        text=text[: handoff.LONGEST],
        reason=words.reason,
        mark=state.mark(town, seat),
    )
