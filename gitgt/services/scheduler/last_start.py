"""When work was given out last, which keeps two of them apart; lost, it costs one pause."""

from __future__ import annotations

import contextlib
import json
from typing import Final

from gitgt.runtime import notes
from gitgt.services.town import Town

_NAME: Final = "last-dispatch.json"


def read(town: Town) -> float | None:
    """Return when that was, None if nobody knows."""
    at = notes.read(town.gt / _NAME, dict).get("at")
    return float(at) if isinstance(at, int | float) else None


def note(town: Town) -> None:
    """Note that it was now."""
    with contextlib.suppress(OSError):
        notes.write_whole(town.gt / _NAME, json.dumps({"at": town.clock()}), synced=False)
