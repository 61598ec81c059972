"""Which of those who have work on their hooks, and no session, may begin one now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from gitgt.model import capacity
from gitgt.model.capacity import Cause, Standing, Waiting
from gitgt.services.scheduler import places, rate_limits, rules
from gitgt.services.town import Town
from gitgt.values import dataclass

# A session that ends in another rig leaves its place, and wakes nobody in this one.
_UNTIL_ASKED: Final = 5.0
_FULL: Final = frozenset({Cause.TOWN_FULL, Cause.RUNTIME_FULL})


@dataclass(frozen=True, slots=True)
class Seating:
    """Who may begin now, and in how many seconds to look again, if time tells."""

    start: tuple[Waiting, ...]
    again_in: float | None = None


def plan_for(town: Town, wanted: Sequence[Waiting]) -> Seating:
    """Return who of *wanted* has a place now; one that tries a limit is noted to.

    They hang on hooks, so how fast work is given out is no matter of theirs, nor whether it is.

    Raises:
        SettingsError: nobody can tell how many places there are.
    """
    now = town.clock()
    limits = replace(rules.limits(town, rules.rules(town)), batch=len(wanted), delay=0.0)
    standing = Standing(limited=rate_limits.known(town))
    made = capacity.plan(wanted, places.running(town), limits, standing, now=now)
    for each in made.start:
        if each.bead in made.tries:
            rate_limits.tried(town, each.runtime, each.bead)
    again = [] if made.again_at is None else [max(0.0, made.again_at - now)]
    if any(wait.cause in _FULL for wait in made.waits):
        again.append(_UNTIL_ASKED)
    return Seating(made.start, min(again, default=None))
