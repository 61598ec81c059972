"""Freezes: when nothing was to be started in a town or a rig, by whom and why. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any, Final

from gitgt.model.instant import exact_seconds_of
from gitgt.values import dataclass

# What is over for so long concerns nobody's patience any more.
_REMEMBERED: Final = 30 * 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """One freeze of a rig, or of the whole town where ``rig`` is empty.

    ``since`` and ``until`` are instants; it goes on while there is no ``until``.
    """

    rig: str = ""
    why: str = ""
    by: str = ""
    since: str
    until: str = ""

    @property
    def is_on(self) -> bool:
        """Tell whether it goes on."""
        return not self.until

    @property
    def place(self) -> str:
        """What is frozen, in words."""
        return self.rig or "the town"

    def concerns(self, rig: str) -> bool:
        """Tell whether *rig* is frozen by it; empty asks for the town's own agents."""
        return self.rig in ("", rig)

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


def parse(found: object) -> tuple[Freeze, ...]:
    """Return the freezes in what a file holds; what is none is left out."""
    rows = found if isinstance(found, list) else []
    names = tuple(Freeze.__dataclass_fields__)
    made = []
    for row in rows:
        known = {each: row[each] for each in names if each in row} if _is_one(row) else {}
        if known and all(isinstance(each, str) for each in known.values()):
            made.append(Freeze(**known))
    return tuple(made)


def _is_one(row: object) -> bool:
    return isinstance(row, dict) and "since" in row


def on(freezes: Iterable[Freeze], rig: str = "") -> Freeze | None:
    """Return what freezes *rig* now, the whole town's first; None if nothing does."""
    found = [each for each in freezes if each.is_on and each.concerns(rig)]
    return min(found, key=lambda each: each.rig, default=None)


def begun(freezes: Sequence[Freeze], fresh: Freeze) -> tuple[Freeze, ...]:
    """Return the freezes with a *fresh* one, unless that very place is frozen."""
    if any(each.is_on and each.rig == fresh.rig for each in freezes):
        return tuple(freezes)
    return (*freezes, fresh)


def ended(freezes: Sequence[Freeze], rig: str, at: str) -> tuple[Freeze, ...]:
    """Return the freezes with those of *rig* over; of the town's end all rigs', too."""
    ends = [each for each in freezes if each.is_on and (not rig or each.rig == rig)]
    return tuple(replace(each, until=at) if each in ends else each for each in freezes)


def recent(freezes: Iterable[Freeze], now: float) -> tuple[Freeze, ...]:
    """Return what goes on, and what ended not long ago."""
    return tuple(
        each
        for each in freezes
        if each.is_on or now - exact_seconds_of(each.until) < _REMEMBERED
    )


def seconds(freezes: Iterable[Freeze], rig: str, *, since: float, until: float) -> float:
    """Return for how much of the time between two instants *rig* was frozen."""
    spans = sorted(
        (max(since, exact_seconds_of(each.since)), min(until, _end(each, until)))
        for each in freezes
        if each.concerns(rig)
    )
    total, reached = 0.0, since
    for start, end in spans:
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total


def _end(each: Freeze, now: float) -> float:
    return now if each.is_on else exact_seconds_of(each.until)
