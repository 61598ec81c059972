"""Which ledger is exchanged with which remote now, which waits, and until when.

At most one exchange is at work for a remote: whatever is written meanwhile goes with the next
one. Whoever was due first goes first, so nobody starves. A remote that takes long stops
counting, so it is in nobody's way; one that fails is let alone for a while, longer each time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from gitgt.values import dataclass

# So many exchanges may be begun at once; one that takes longer than this does not count.
MOST: Final = 4
SLOW: Final = 10.0
# After an exchange so much time is left for more to come together.
GAP: Final = 1.0
_FIRST_PAUSE: Final = 2.0
_LONGEST_PAUSE: Final = 120.0
# No two clones ask at the same time for ever: each waits up to so much longer or shorter.
_SPREAD: Final = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One ledger and its remote, as things stand between them."""

    name: str
    address: str
    began: float | None = None  # when the exchange that is at work did
    ended: float | None = None  # when the last one did
    fails: int = 0  # how often in a row none came about
    news: bool = False  # something is here that the last one did not take along
    every: float = 30.0  # so often it is asked though nothing is new here
    lot: float = 0.0  # drawn anew after each exchange, from 0 to 1

    @property
    def due_at(self) -> float:
        """When it is to be exchanged again."""
        if self.ended is None:
            return -math.inf
        if self.fails:
            return self.ended + pause(self.fails, self.lot)
        if self.news:
            return self.ended + GAP
        return self.ended + self.every * (1.0 + _SPREAD * (self.lot - 0.5))


@dataclass(frozen=True, slots=True)
class Round:
    """What is begun now, and in how many seconds to look again; None: not before news."""

    begin: tuple[str, ...]
    again_in: float | None
    flying: int = 0  # how many are at work already


def pause(fails: int, lot: float) -> float:
    """Return for how long a remote is let alone that failed so often: 2 s ... 2 min, about."""
    longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(fails - 1, 16))
    return longest * (0.5 + 0.5 * lot)


def plan(errands: Sequence[Errand], *, now: float) -> Round:
    """Return whom to exchange now; the one that has been due for the longest goes first."""
    flying = [each for each in errands if each.began is not None]
    busy = {each.address for each in flying}
    room = MOST - sum(each.began is not None and now < each.began + SLOW for each in flying)
    waits = sorted(
        (each for each in errands if each.began is None),
        key=lambda each: (each.due_at, each.name),
    )
    begin: list[str] = []
    for each in waits:
        if each.due_at <= now and each.address not in busy and len(begin) < room:
            begin.append(each.name)
            busy.add(each.address)
    return Round(tuple(begin), _again_in(flying, waits, begin, now), len(flying))


def _again_in(
    flying: Sequence[Errand], waits: Sequence[Errand], begin: Sequence[str], now: float
) -> float | None:
    """Return when the next is due; whoever only waits for another's end hears of that."""
    rest = [each for each in waits if each.name not in begin]
    later = [each.due_at - now for each in rest if each.due_at > now]
    if any(each.due_at <= now for each in rest):
        later += [each.began + SLOW - now for each in flying if each.began is not None]
    return min((each for each in later if each > 0), default=None)
