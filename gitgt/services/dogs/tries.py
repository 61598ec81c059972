"""When a chore was tried last, and how often it failed since it was done: momentary notes."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from gitgt.git.turn import turn
from gitgt.model.chores import Chore
from gitgt.runtime import notes
from gitgt.runtime.notes import write_whole
from gitgt.services.town import Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Try:
    """The last try: when, how many failed in a row, why, and what it was done for."""

    at: float
    fails: int = 0
    why: str = ""
    mark: str = ""


def last(town: Town, chore: Chore, place: str) -> Try | None:
    """Return the last try of a chore; None if nobody remembers any."""
    said = _read(town).get(f"{chore}/{place or 'hq'}")
    if not isinstance(said, dict):
        return None
    with suppress(KeyError, TypeError, ValueError):
        return Try(
            float(said["at"]), int(said["fails"]), str(said["why"]), str(said.get("mark", ""))
        )
    return None


def note(town: Town, chore: Chore, place: str, *, why: str = "", mark: str = "") -> Try:
    """Note a try; *why* it failed, if it did. Return it."""
    with turn(town.repository, "chores"):
        before = last(town, chore, place)
        fails = (before.fails if before else 0) + 1 if why else 0
        kept = mark if not why else (before.mark if before else "")
        made = Try(town.clock(), fails, why, kept)
        said = {"at": made.at, "fails": fails, "why": why, "mark": kept}
        known = {**_read(town), f"{chore}/{place or 'hq'}": said}
        write_whole(_path(town), json.dumps(known))
    return made


def _read(town: Town) -> dict[str, Any]:
    return notes.read(_path(town), dict)


def _path(town: Town) -> Path:
    return town.gt / "chores.json"
