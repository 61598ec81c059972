"""What the witness remembers of a session between two looks: a small file beside its run.

It may be lost; then patience begins anew.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Final

from gitgt.model.health.watch import Watch
from gitgt.runtime import notes

_NAME: Final = "watch.json"


def recall(folder: Path) -> Watch | None:
    """Return what is remembered of the session in *folder*; None if nothing is."""
    fields = notes.read(folder / _NAME, dict)
    return Watch.read(fields) if fields else None


def remember(folder: Path, watch: Watch) -> None:
    """Remember it; where nothing can be written, patience begins anew at each look."""
    with suppress(OSError):
        notes.write_whole(folder / _NAME, json.dumps(watch.fields()), synced=False)
