"""The event log: one JSON line for whatever happened, in ``.events.jsonl`` at the town's root.

It is for people who look later. It may be deleted, and what cannot be written is left out: a
full disk must not stop the work that it would have told of.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from gitgt.git import faults
from gitgt.model.instant import exact_text_of
from gitgt.values import dataclass

_log = logging.getLogger(__name__)
NAME: Final = ".events.jsonl"


class Visibility(StrEnum):
    """Who is to see an event."""

    AUDIT = "audit"
    FEED = "feed"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened. ``type`` is in the past tense, such as ``session.ended``."""

    ts: str
    type: str
    actor: str
    source: str = "gt"
    payload: Mapping[str, Any] = field(default_factory=dict)
    visibility: Visibility = Visibility.BOTH

    def line(self) -> bytes:
        """Return it as one line of the log."""
        fields = {
            "ts": self.ts,
            "source": self.source,
            "type": self.type,
            "actor": self.actor,
            "payload": dict(self.payload),
            "visibility": self.visibility,
        }
        return json.dumps(fields, default=str).encode() + b"\n"


class EventLog:
    """The event log of the town at *town*."""

    def __init__(self, town: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._path = town / NAME
        self._clock = clock

    def append(
        self,
        type_: str,
        actor: str,
        payload: Mapping[str, Any] | None = None,
        *,
        visibility: Visibility = Visibility.BOTH,
    ) -> None:
        """Write that something happened now. It never fails: losing an event loses no work."""
        if faults.are_pretended():
            return  # nothing happened
        event = Event(
            ts=exact_text_of(self._clock()),
            type=type_,
            actor=actor,
            payload=payload or {},
            visibility=visibility,
        )
        try:
            self._append(event.line())
        except (OSError, TypeError, ValueError) as error:
            _log.warning("an event was lost", extra={"type": type_, "error": str(error)})

    def read(self, since: float | None = None) -> Iterator[Event]:
        """Return the events at or after *since*, the oldest first; a torn line says nothing."""
        earliest = "" if since is None else exact_text_of(since)
        with contextlib.suppress(FileNotFoundError), self._path.open("rb") as file:
            for line in file:
                event = _parse(line)
                if event is not None and event.ts >= earliest:
                    yield event

    def _append(self, line: bytes) -> None:
        descriptor = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
        with open(descriptor, "r+b", buffering=0) as file:  # noqa: PTH123 - a descriptor
            fcntl.flock(file, fcntl.LOCK_EX)
            file.write((b"\n" if _is_torn(file.fileno()) else b"") + line)


def _is_torn(descriptor: int) -> bool:
    """Tell whether whoever wrote last died over it."""
    size = os.fstat(descriptor).st_size
    return size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"


def _parse(line: bytes) -> Event | None:
    try:
        fields = json.loads(line)
        return Event(
            ts=str(fields["ts"]),
            type=str(fields["type"]),
            actor=str(fields["actor"]),
            source=str(fields.get("source", "gt")),
            payload=dict(fields.get("payload") or {}),
            visibility=Visibility(fields.get("visibility", Visibility.BOTH)),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
