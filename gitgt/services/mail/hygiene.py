"""Which messages somebody can put away unseen: old ones of the protocol, those of before."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Final

from gitgt.model import when
from gitgt.model.documents import Message
from gitgt.model.instant import exact_seconds_of
from gitgt.model.mail.keeping import KEPT
from gitgt.services.mail import boxes
from gitgt.services.town import Town

# Subjects of what roles write to each other: their time is over within minutes.
_PROTOCOL: Final = re.compile(
    r"(POLECAT_(DONE|STARTED)|MERGE(_READY|D|_FAILED)|FIX_NEEDED|REWORK_REQUEST|"
    r"RECOVERED_BEAD|ORPHAN_RECOVERED|LIFECYCLE:|SWARM_(START|COMPLETE)|"
    r"DOG_(DONE|TIMEOUT)|CONVOY_NEEDS_FEEDING|READY_FOR_REVIEW|QUEUE_HEALTH|"
    r"HEALTH_CHECK|TIMER|WAKE|PATROL:|DISPATCH_(ATTEMPT|OK|FAIL)|IDLE_PASSIVATED|SPAWN:)"
)


def drainable(town: Town, box: str, max_age: str) -> list[str]:
    """Return the messages of the protocol that are older than that, in *box* or everywhere."""
    before = when.ago(max_age, town.clock())
    return [
        str(each.id)
        for each in _live(town, box)
        if _PROTOCOL.match(each.title) and exact_seconds_of(each.created_at) < before
    ]


def stale(town: Town, box: str, environ: Mapping[str, str] | None = None) -> list[str]:
    """Return what lay in *box* before this session began; all of it, if there is none."""
    since = began(environ if environ is not None else os.environ, town)
    return [
        str(each.id)
        for each in _live(town, box)
        if exact_seconds_of(each.created_at) < since and not KEPT & {*each.labels}
    ]


def clearable(town: Town, box: str, *, pinned: bool) -> list[str]:
    """Return what lies in *box*, what is *pinned* too if asked."""
    return [str(e.id) for e in _live(town, box) if pinned or not KEPT & {*e.labels}]


def _live(town: Town, box: str) -> list[Message]:
    now = town.ledger.snapshot()
    if box:
        return boxes.inbox(now, box)
    return [each for status in boxes.LIVE for each in now.all(Message, status=status)]


def began(environ: Mapping[str, str], town: Town) -> float:
    """Return when the session that calls began; now, if it is none."""
    from pathlib import Path

    from gitgt.runtime import notes

    folder = environ.get("GT_SESSION_DIR")
    told = notes.read(Path(folder) / "session.json", dict) if folder else {}
    at = told.get("at")
    return float(at) if isinstance(at, int | float) else town.clock()
