"""Hears the file system; the only module that knows watchdog's events."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)

# A ref is renamed into its place, a note created or closed, a setting closed by its editor.
HEARD: Final[list[type[FileSystemEvent]]] = [
    FileMovedEvent,
    FileDeletedEvent,
    FileCreatedEvent,
    FileClosedEvent,
    DirCreatedEvent,
]
_GONE: Final = (FileDeletedEvent, DirDeletedEvent)


class Ear(FileSystemEventHandler):
    """Say that something moved, if its name says anything."""

    def __init__(
        self, say: Callable[[], None], speaks: Callable[[str], bool], *, deletions: bool
    ) -> None:
        self._say = say
        self._speaks = speaks
        self._deletions = deletions

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Hear one event."""
        if isinstance(event, _GONE) and not self._deletions:
            return
        path = os.fsdecode(event.dest_path or event.src_path)
        if self._speaks(os.path.basename(path)):  # noqa: PTH119 - called for every event
            self._say()
