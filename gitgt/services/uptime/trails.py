"""How often what is kept up was begun again: a note that may be lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from gitgt.git.turn import turn
from gitgt.model import restarts
from gitgt.model.restarts import Trail
from gitgt.runtime import notes
from gitgt.services.town import Town

_NOTE: Final = "restarts.json"
_EMPTY: Final = Trail()


def every(town: Town) -> dict[str, Trail]:
    """Return all trails, by whose they are."""
    found: dict[str, Any] = notes.read(town.gt / _NOTE, dict)
    return restarts.parse(found)


def of(town: Town, who: str) -> Trail:
    """Return the trail of *who*."""
    return every(town).get(who, _EMPTY)


def change(town: Town, who: str, how: Callable[[Trail], Trail]) -> bool:
    """Change the trail of *who*; say if that changes anything."""
    with turn(town.repository, "restarts"):
        found = every(town)
        before = found.get(who, _EMPTY)
        after = how(before)
        if after == before:
            return False
        kept = {name: each for name, each in {**found, who: after}.items() if each != _EMPTY}
        plain = {name: each.plain() for name, each in kept.items()}
        notes.write_whole(town.gt / _NOTE, json.dumps(plain), synced=False)
    return True


def clear(town: Town, who: str) -> bool:
    """Let *who* be begun again as if nothing had happened; say if anything had."""
    return change(town, who, lambda _: _EMPTY)
