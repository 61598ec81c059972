"""Answer out of what was said, where nobody can be asked."""

from __future__ import annotations

import socket

from gitgt.errors import GtError, NotFoundError
from gitgt.model import transcript
from gitgt.model.session_record import SessionRecord
from gitgt.model.transcript import Turn
from gitgt.services.seance import fork
from gitgt.services.sessions import sessions, transcripts
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: said by a copy of the session, or read out of what was said, and why."""

    text: str
    read: str = ""

    def fields(self) -> dict[str, str]:
        """Return it as plain values."""
        return {"from": "transcript" if self.read else "session", "text": self.text,
                "why": self.read}  # fmt: skip


def answer(town: Town, record: SessionRecord, question: str) -> Answer:
    """Return what a session knows about *question*: asked if it can be, else looked up.

    Raises:
        NotFoundError: it cannot be asked, and nothing is kept of what was said.
    """
    try:
        return Answer(fork.ask(town, record, question))
    except GtError as error:
        why = error.message
    found = transcript.passages(said(town, record), question)
    return Answer(transcript.rendered(found), why)


def said(town: Town, record: SessionRecord) -> list[Turn]:
    """Return what was said in a session: what is kept of it, else what lies here.

    Raises:
        NotFoundError: nothing does.
    """
    found = transcripts.kept(town, record) or _lying_here(town, record)
    if not found:
        raise NotFoundError(
            f"nothing is known of what was said in {record.id or record.session}",
            hint=f"it ran on {record.host}, in {record.cwd}" if record.host else "",
        )
    return found


def _lying_here(town: Town, record: SessionRecord) -> list[Turn]:
    if record.host != socket.gethostname():
        return []
    place: Rig | Town = town.rig(record.rig) if record.rig else town
    folder = sessions.folder_of(place, record.address, record.session)
    return transcripts.said_in(town, record, folder)
