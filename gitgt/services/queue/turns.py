"""Whose turn it is: the queues of a rig by when they were last given a slot.

Momentary: who deletes the file lets the rig's own branch go first once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from gitgt.model.fair_share import served
from gitgt.runtime import notes
from gitgt.runtime.notes import write_whole


class Turns:
    """Who was served, the longest ago first."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def order(self) -> list[str]:
        """Return the names."""
        return notes.read(self._path, list)

    def note(self, names: Iterable[str], *, known: Iterable[str]) -> None:
        """Note that *names* were served; who is not *known* any more is forgotten."""
        new = list(names)
        if not new:
            return
        kept = {*known, *new}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        order = [each for each in served(self.order(), new) if each in kept]
        write_whole(self._path, json.dumps(order))
