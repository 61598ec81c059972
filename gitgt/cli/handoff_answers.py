"""How a handoff and a checkpoint are answered in JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gitgt.model.session_record import Note


def left(address: str, session: str, note: Note, *, runs: bool = False) -> dict[str, Any]:
    """Return a note that was left; *runs* tells that a successor is to begin."""
    return {
        "address": address, "session": session, "at": note.at, "subject": note.subject,
        "text": note.text, "reason": note.reason, "runs": runs,
    }  # fmt: skip
