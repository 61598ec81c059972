"""Escalations that are not closed."""

from __future__ import annotations

from collections.abc import Iterator

from gitgt.ledger.snapshot import Snapshot
from gitgt.model.documents import Escalation, MergeRequest
from gitgt.model.ids import is_bead_id
from gitgt.model.todo import Entry, of_escalation
from gitgt.services.escalation import escalations
from gitgt.services.town import Town


def open_ones(town: Town) -> Iterator[Entry]:
    """Yield every call for a judgement that was not closed."""
    for rig, ledger in town.ledgers():
        now = ledger.snapshot()
        place = rig.name if rig else "hq"
        for each in now.all(Escalation, status=escalations.OPEN):
            yield of_escalation(each, place, same_as(now, each.about))


def same_as(now: Snapshot, about: str) -> str:
    """Return the bead that something is about, if it is: a request is about its bead."""
    name = about.removeprefix("pull-request/")
    if not is_bead_id(name):
        return ""
    found = now.find(name)
    return found.source if isinstance(found, MergeRequest) else name
