"""Keep what was said in a session when it ends, so that it can be asked anywhere later.

Secrets of known forms are taken out first, what is too long is cut in the middle, and after a
few months it goes. It leaves the clone only if the settings say so.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from gitgt.errors import GtError
from gitgt.ledger.transcripts import Transcripts, path_of
from gitgt.model import fence, transcript
from gitgt.model.redaction import redacted
from gitgt.model.session_record import SessionRecord
from gitgt.model.transcript import Turn
from gitgt.runtime import transcripts
from gitgt.runtime.presets import Runtime
from gitgt.runtime.presets.form import Conversations
from gitgt.runtime.transcripts import said as read
from gitgt.services import settings
from gitgt.services.sessions import runtimes
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_LOG: Final = logging.getLogger(__name__)
_MIB: Final = 1024 * 1024
_OUTPUT: Final = "output"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is kept of what was said: whether, for how many months, how much of a session.

    What is to ``share`` is exchanged with other clones.
    """

    keep: bool = True
    share: bool = False
    months: int = 3
    megabytes: int = 4


def rules(town: Town, place: Rig | Town) -> Rules:
    """Return the rules of a rig, or of the town."""
    if isinstance(place, Town):
        found = settings.read(town.root / "settings/config.yaml", "settings")
    else:
        found = settings.read(place.path / "settings/config.yaml", "rig")
    return Rules(**found.get("transcripts", {}))


def oldest(town: Town, months: int) -> str:
    """Return the first month that is kept, such as 2026-09."""
    now = datetime.fromtimestamp(town.clock(), UTC)
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    return f"{year:04d}-{month + 1:02d}"


def of(town: Town, place: Rig | Town) -> Transcripts:
    """Return what is kept of the sessions of *place*."""
    rig = None if isinstance(place, Town) else place
    return Transcripts(town.ledger_at(rig).repository)


def keep(town: Town, place: Rig | Town, record: SessionRecord, folder: Path) -> None:
    """Keep what was said in the session of *record*, which has its *folder* here.

    What cannot be kept is only told of: nobody waits for it.
    """
    try:
        given = rules(town, place)
        said = said_in(town, record, folder) if given.keep else []
        if said:
            path = path_of(record.started, record.address, record.id)
            text = transcript.emit(_fit(said, given.megabytes * _MIB))
            first = oldest(town, given.months)
            of(town, place).keep(path, text, oldest=first, at=town.clock())
    except (GtError, OSError) as error:
        _LOG.warning("not kept", extra={"session": record.id, "why": str(error)})


def _fit(said: list[Turn], most: int) -> list[Turn]:
    clean = [replace(each, text=redacted(each.text)) for each in said]
    return transcript.capped(clean, most)


def said_in(
    town: Town, record: SessionRecord, folder: Path, environ: Mapping[str, str] = os.environ
) -> list[Turn]:
    """Return what was said, as far as it can be found on this machine.

    Where the program keeps no transcript that we know, it is what it printed.
    """
    runtime = runtime_of(town, record)
    found = None if runtime is None else _transcript(runtime, record, folder, environ)
    said = read.turns(found, runtime.transcript.parser) if found and runtime else []
    printed = read.turns(folder / _OUTPUT, read.PLAIN) if not said else []
    return said or [replace(each, text=fence.clean(each.text)) for each in printed]


def _transcript(
    runtime: Runtime, record: SessionRecord, folder: Path, environ: Mapping[str, str]
) -> Path | None:
    """Return the transcript that the program told of, else the one where it usually is.

    What it told is believed only where it keeps its own things: whoever can write there has
    read them, and a path to anybody's files is not copied for the asking.
    """
    told = Path(record.transcript)
    homes = [folder, *read.homes(runtime, environ)]
    if record.transcript and any(told.resolve().is_relative_to(each) for each in homes):
        return told
    return transcripts.find(runtime, record.conversation, folder, environ)


def was_held(
    runtime: Runtime,
    record: SessionRecord,
    folder: Path,
    environ: Mapping[str, str] = os.environ,
) -> bool:
    """Tell whether the conversation of *record* can be there, as far as this machine knows.

    A name that we gave is none before its program has written something under it: whoever asks
    for it then is told that there is no such conversation, and does not begin.
    """
    if runtime.conversations is not Conversations.ASSIGNED or not runtime.transcript.glob:
        return True
    found = _transcript(runtime, record, folder, environ)
    return found is not None and found.is_file()


def runtime_of(town: Town, record: SessionRecord) -> Runtime | None:
    """Return what the session of *record* ran on, as the settings have it now, if they do."""
    try:
        rig = town.rig(record.rig) if record.rig else None
        return runtimes.named(town, rig, record.runtime)
    except GtError as error:
        _LOG.info("no such runtime", extra={"runtime": record.runtime, "why": str(error)})
        return None


def kept(town: Town, record: SessionRecord) -> list[Turn]:
    """Return what is kept of what was said in a session, here or in a clone that shares it."""
    place: Rig | Town = town.rig(record.rig) if record.rig else town
    text = of(town, place).get(path_of(record.started, record.address, record.id))
    return transcript.parse(text or "")
