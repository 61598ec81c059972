"""What the deacon remembers of the agents of a rig: momentary, and may be lost."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Final

from gitgt.model.deacon import Check
from gitgt.runtime import notes
from gitgt.services.town import Rig

_NAME: Final = "deacon.json"


def read(rig: Rig) -> tuple[Check, ...]:
    """Return what is remembered."""
    found = notes.read(_path(rig), list)
    try:
        return tuple(Check(**each) for each in found)
    except TypeError:
        return ()


def write(rig: Rig, checks: Iterable[Check]) -> None:
    """Remember this instead, if it is anything else."""
    known = tuple(checks)
    if known == read(rig):
        return
    try:
        notes.write_whole(
            _path(rig), json.dumps([asdict(each) for each in known]), synced=False
        )
    except OSError:
        return  # then it begins anew


def _path(rig: Rig) -> Path:
    return rig.repository_path / "gt" / _NAME
