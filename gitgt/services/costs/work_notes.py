"""Note on each landed commit what it took: who, for which bead, on what, how many tokens.

It is written after the landing, from what the ledger and the sessions' records say, so
whoever is killed in between finds it missing. It is written anew when more is counted.
"""

from __future__ import annotations

from collections.abc import Collection

from gitgt.ledger.work_notes import WorkNotes
from gitgt.model import work_note
from gitgt.model.documents import MergeRequest
from gitgt.model.lifecycle import MergeStatus
from gitgt.services.sessions import session_records
from gitgt.services.town import Rig, Town


def note(town: Town, rig: Rig, counted: Collection[str]) -> bool:
    """Note what has landed in *rig* and is not noted, or was for a bead that was *counted*."""
    ledger = town.ledger_at(rig)
    notes = WorkNotes(ledger.repository)
    noted = notes.noted()
    landed = [
        each
        for each in ledger.snapshot().all(MergeRequest, status=MergeStatus.LANDED)
        if each.landed and (each.landed not in noted or each.source in counted)
    ]
    if not landed:
        return False
    records = session_records.records(town, rig)
    wanted = {each.landed: work_note.of(each.source, each.agent, records) for each in landed}
    return notes.write(wanted, at=town.clock())
