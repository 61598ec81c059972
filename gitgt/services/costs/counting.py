"""Count what sessions take, from the transcripts that their programs write.

A session's folder says how far it was counted, so a transcript is read again only when it has
grown. The mark may be lost: then it is counted again, to the same end.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from gitgt.errors import GtError
from gitgt.model.instant import exact_seconds_of
from gitgt.model.session_record import SessionRecord
from gitgt.model.spending import by_model
from gitgt.runtime import notes, process, progress, transcripts
from gitgt.runtime.assignment import address_of
from gitgt.runtime.presets import Runtime
from gitgt.services.sessions import runtimes, session_records, sessions
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_MARK: Final = "counted.json"
Place = Rig | Town


@dataclass(frozen=True, slots=True)
class Counted:
    """A session that took more than was known."""

    address: str
    session: str
    record: SessionRecord


def count(town: Town, place: Place) -> list[Counted]:
    """Count what the sessions of *place* took since it was last asked; return which did.

    One whose transcript cannot be found has taken what nobody knows.
    """
    found: list[Counted] = []
    wanted = [folder for folder in _folders(place) if _is_open(folder)]
    records = _records(town, place, {each.parent.name for each in wanted})
    for folder in wanted:
        record = records.get((folder.parent.name, folder.name))
        if record is not None and _count(town, place, folder, record):
            found.append(Counted(record.address, folder.name, record))
    return found


def count_all(town: Town, rig: Rig | None) -> None:
    """Count what the sessions of *rig* took, or of all that is here."""
    places: list[Place] = [town, *town.rigs_here().values()] if rig is None else [rig]
    for place in places:
        count(town, place)


def _folders(place: Place) -> list[Path]:
    return sorted(path.parent for path in sessions.root_of(place).glob("*/*/session.json"))


def _is_open(folder: Path) -> bool:
    return notes.read(folder / _MARK, dict).get("final") is not True


def _records(town: Town, place: Place, slugs: set[str]) -> dict[tuple[str, str], SessionRecord]:
    """Return the last record of each session that these agents had on this machine."""
    found: dict[tuple[str, str], SessionRecord] = {}
    for each in sorted(slugs):
        kept = session_records.records(town, place, address=address_of(each))
        mine = (record for record in kept if record.place == str(town.root))
        found |= {(each, record.session): record for record in mine}
    return found


def _count(town: Town, place: Place, folder: Path, record: SessionRecord) -> bool:
    is_final = not record.is_open or isinstance(process.look(folder), process.Ended)
    mark = notes.read(folder / _MARK, dict)
    runtime = _runtime(town, place, record)
    path = None if runtime is None else _transcript(folder, record, runtime)
    size = [] if path is None else _size(path)
    changed = bool(size != mark.get("size", []))
    if changed and path is not None and runtime is not None:
        _note(town, place, record, runtime, path)
    if changed or is_final:
        notes.write_whole(folder / _MARK, json.dumps({"size": size, "final": is_final}))
    return changed


def _runtime(town: Town, place: Place, record: SessionRecord) -> Runtime | None:
    try:
        return runtimes.named(town, place if isinstance(place, Rig) else None, record.runtime)
    except GtError:
        return None  # it is in no settings any more


def _transcript(folder: Path, record: SessionRecord, runtime: Runtime) -> Path | None:
    told = progress.read(folder)
    if told.transcript or record.transcript:
        return Path(told.transcript or record.transcript)
    return transcripts.find(runtime, _name(folder, record), folder, _environ(folder))


def _name(folder: Path, record: SessionRecord) -> str:
    return progress.read(folder).conversation or record.conversation


def _environ(folder: Path) -> Mapping[str, str]:
    """Return the environment that the session was given, ours if nobody knows."""
    try:
        spec: dict[str, Any] = json.loads((folder / "spec.json").read_bytes())
        return {**spec["env"]}
    except (OSError, ValueError, KeyError):
        return os.environ


def _size(path: Path) -> list[int]:
    """Return what is different once there is more in a transcript, or in a database's log."""
    found: list[int] = []
    for each in (path, path.with_name(f"{path.name}-wal")):
        try:
            told = each.stat()
        except OSError:
            continue
        found += [told.st_size, told.st_mtime_ns]
    return found


def _note(
    town: Town, place: Place, record: SessionRecord, runtime: Runtime, path: Path
) -> None:
    folder = sessions.folder_of(place, record.address, record.session)
    told = progress.read(folder)
    conversation = told.conversation or record.conversation
    spent = transcripts.spent(runtime.transcript.parser, path, conversation)
    since = exact_seconds_of(record.started)
    usage = by_model(spent, since=since, until=_next_start(town, place, record, conversation))
    where = (town, place, record.address, record.session)
    session_records.note_told(
        *where, conversation=conversation, transcript=str(path), model=told.model
    )
    if usage:
        session_records.note_usage(*where, usage)


def _next_start(
    town: Town, place: Place, record: SessionRecord, conversation: str
) -> float | None:
    """Return when another session went on with this conversation, if one did."""
    others = session_records.records(town, place, address=record.address)
    later = [
        exact_seconds_of(each.started)
        for each in others
        if conversation == each.conversation and each.started > record.started
    ]
    return min(later, default=None)
