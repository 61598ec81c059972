"""What is to be said below an issue, and when it is to be closed."""

from __future__ import annotations

from typing import Final

from gitgt.model.documents import Bead, MergeRequest
from gitgt.model.issues.issue import Rules, Word
from gitgt.model.issues.trace import Trace
from gitgt.model.lifecycle import BeadStatus, MergeStatus

_BACK: Final = (MergeStatus.REJECTED, MergeStatus.CONFLICT)
_MARK_DIGITS: Final = 12


def unsaid(
    bead: Bead, request: MergeRequest | None, rules: Rules, *, arrived: bool
) -> tuple[Word, ...]:  # fmt: skip
    """Return what is due; *arrived*: the commit with which it landed is at the forge."""
    trace = Trace.of(bead)
    if trace is None or trace.is_silent:
        return ()
    back = request is not None and request.status in _BACK and not bead.is_closed
    so = {
        Word.LANDED: arrived and trace.said.get(Word.LANDED) != bead.landed,
        Word.RETURNED: back and Word.RETURNED not in trace.said,
        Word.BLOCKED: bead.status == BeadStatus.BLOCKED and Word.BLOCKED not in trace.said,
    }
    return tuple(word for word in Word if word in rules.says and so[word])


def is_to_close(bead: Bead, rules: Rules, *, arrived: bool) -> bool:
    """Tell whether the issue is to be closed: once for each landing."""
    trace = Trace.of(bead)
    if trace is None or trace.is_silent or not arrived:
        return False
    return rules.closes and trace.closed != bead.landed


def text_of(word: Word, bead: Bead, branch: str) -> str:
    """Return the comment: our own words alone, and nothing of what a gate or an agent said."""
    if word is Word.LANDED:
        return f"Landed on `{branch}` as {bead.landed} ({bead.id})."
    if word is Word.RETURNED:
        return (
            f"What was handed in for this came back once, and is worked on again ({bead.id})."
        )
    return f"Work on this cannot go on for now ({bead.id})."


def mark_of(word: Word, bead: Bead) -> str:
    """Return what tells the comment: by it, it is found again whoever wrote it down or not."""
    about = f" {bead.landed[:_MARK_DIGITS]}" if word is Word.LANDED else ""
    return f"{bead.id} {word}{about}"
