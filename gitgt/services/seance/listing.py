"""Who can be asked: sessions of which there are records, and those that events tell of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gitgt.model.session_record import SessionRecord
from gitgt.services.sessions import session_records
from gitgt.services.town import Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Whose sessions are asked for; empty is everybody's. Parts of an address are enough."""

    role: str = ""
    rig: str = ""
    agent: str = ""
    bead: str = ""
    recent: int = 20


def predecessors(town: Town, wanted: Wanted) -> list[SessionRecord]:
    """Return the last sessions that are *wanted*, the newest first."""
    known = session_records.records(town)
    found = [each for each in (*known, *_told(town, known)) if _is_wanted(each, wanted)]
    found.sort(key=lambda each: (each.started, each.id), reverse=True)
    return found[: wanted.recent]


def _is_wanted(record: SessionRecord, wanted: Wanted) -> bool:
    return (
        wanted.role in ("", record.role)
        and wanted.rig in ("", record.rig)
        and wanted.agent in record.address
        and wanted.bead in ("", record.bead)
    )


def _told(town: Town, known: list[SessionRecord]) -> Iterator[SessionRecord]:
    """Yield the sessions that the event log alone knows of, as far as it does."""
    recorded = {(each.address, each.session) for each in known}
    for event in town.events.read():
        session = str(event.payload.get("session", ""))
        if event.type != "session.started" or (event.actor, session) in recorded:
            continue
        words = event.actor.split("/")
        yield SessionRecord(
            id="",
            session=session,
            address=event.actor,
            role={"polecats": "polecat"}.get(words[1], words[1]) if words[1:] else words[0],
            rig=words[0] if words[1:] else "",
            bead=str(event.payload.get("bead", "")),
            runtime=str(event.payload.get("runtime", "")),
            started=event.ts,
        )


def state(record: SessionRecord) -> str:
    """Return in a word or two how a session ended, if it did."""
    if record.handoff is not None:
        return "handed over"
    if not record.id:
        return "unknown"
    return "open" if record.is_open else record.how or "ended"


def fields(record: SessionRecord) -> dict[str, Any]:
    """Return what a list of sessions says of one, as plain values."""
    return {
        "id": record.id, "session": record.session, "conversation": record.conversation,
        "address": record.address, "role": record.role, "rig": record.rig,
        "bead": record.bead, "runtime": record.runtime, "model": record.model,
        "host": record.host, "cwd": record.cwd, "topic": record.topic,
        "follows": record.follows, "started": record.started, "ended": record.ended,
        "state": state(record),
    }  # fmt: skip
