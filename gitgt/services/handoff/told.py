"""What a session is told of the one before it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from gitgt.model import fence
from gitgt.model.session_record import Note, SessionRecord
from gitgt.services.handoff.seat import Seat
from gitgt.services.sessions import session_records
from gitgt.services.town import Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Inherited:
    """What was left to an agent: by a handoff, and by a checkpoint since."""

    handoff: Note | None = None
    by: SessionRecord | None = None
    checkpoint: Note | None = None

    def fields(self) -> dict[str, object]:
        """Return it as plain values."""
        return {
            "handoff": _plain(self.handoff),
            "session": self.by.id if self.by else "",
            "checkpoint": _plain(self.checkpoint),
        }


def _plain(note: Note | None) -> dict[str, str] | None:
    if note is None:
        return None
    return {"at": note.at, "subject": note.subject, "text": note.text, "reason": note.reason}


def inherited(town: Town, seat: Seat) -> Inherited:
    """Return what was left to whoever sits there now, or sits down next."""
    return inherits(session_records.of(town, seat.place).of(seat.address))


def inherits(records: Sequence[SessionRecord]) -> Inherited:
    """Return what the last of one agent's *records*, the oldest first, goes on from.

    After a crash that is what the session before had gone on from, if it is at the same bead.
    """
    if not records:
        return Inherited()
    last = records[-1]
    by = next((each for each in reversed(records) if _is_for(each, last)), None)
    since = by.handoff.at if by is not None and by.handoff is not None else ""
    checkpoint = next(
        (each.checkpoint for each in reversed(records) if each.checkpoint is not None), None
    )
    is_due = checkpoint is not None and bool(checkpoint.text) and checkpoint.at > since
    return Inherited(by.handoff if by else None, by, checkpoint if is_due else None)


def _is_for(record: SessionRecord, last: SessionRecord) -> bool:
    """Tell whether *record*'s handoff is for the session of *last*."""
    if record.handoff is None:
        return False
    return record == last or record.id == last.follows or last.bead == record.bead != ""


def text(town: Town, seat: Seat, *, limit: int = 2000) -> str:
    """Return what a session is told when it begins; empty if nothing was left to it.

    What its predecessor wrote is fenced: it is the agent's own, and may quote others.
    """
    found = inherited(town, seat)
    parts = []
    if found.handoff is not None and found.by is not None:
        parts.append(
            f"You go on from an earlier session of yours, {found.by.id}, which handed over at"
            f" {found.handoff.at}. That handoff is done: do not hand over again for what"
            " it says."
        )
        parts.append(_fenced("handoff", seat.address, found.handoff, limit))
        parts.append(f"What it knew can be asked: git gt seance --talk {found.by.id} -p '...'")
    if found.checkpoint is not None:
        parts.append(_fenced("checkpoint", seat.address, found.checkpoint, limit))
    return "\n\n".join(parts)


def _fenced(what: str, by: str, note: Note, limit: int) -> str:
    text = note.text if note.text != note.subject else ""
    body = "\n\n".join(each for each in (note.subject, note.reason, text) if each)
    mark = secrets.token_hex(4)
    return fence.fenced(f"{what} of {note.at}", by, body, mark, limit, whole="git gt resume")
