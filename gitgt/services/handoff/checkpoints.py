"""How far an agent is, noted while it works: for itself after a compaction or a crash."""

from __future__ import annotations

from gitgt.model import handoff
from gitgt.model.dispatch import SessionState
from gitgt.model.instant import exact_text_of
from gitgt.model.session_record import Note, SessionRecord
from gitgt.services.agents import wip
from gitgt.services.handoff import state
from gitgt.services.handoff.over import Words
from gitgt.services.handoff.seat import Seat
from gitgt.services.sessions import session_records, sessions
from gitgt.services.town import Town


def write(town: Town, seat: Seat, words: Words) -> SessionRecord:
    """Note how far the agent is, what is not committed saved before; return the record."""
    if seat.rig is not None and seat.worktree.is_dir():
        wip.save(town, seat.rig, seat.address)
    told = [words.text.strip(), state.collect(town, seat) if words.collect else ""]
    text = "\n\n".join(each for each in told if each)
    subject = handoff.subject_of(words.subject, words.text, words.reason or "checkpoint")
    return _note(town, seat, subject, text or subject, words.reason)


def clear(town: Town, seat: Seat) -> None:
    """Take back what was noted."""
    _note(town, seat, "", "", "")


def _note(town: Town, seat: Seat, subject: str, text: str, reason: str) -> SessionRecord:
    note = Note(
        at=exact_text_of(town.clock()),
        subject=subject,
        text=text[: handoff.LONGEST],
        reason=reason,
    )
    seen = sessions.look(seat.place, seat.address)
    runs = seen.state is SessionState.RUNNING
    session = seen.session if runs else ""
    return session_records.note_checkpoint(town, seat.place, seat.address, session, note)
