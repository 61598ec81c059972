"""Whom to start now, and why each other has to wait: a pure plan over all rigs of a town.

Work is taken by when it is due: that follows from when it was asked for and its priority, and
nothing of it changes while it waits. So the more urgent goes first, the older of two equals,
and nobody waits for ever: whoever is asked for later than ``queue_order.span()`` stands behind.
What cannot go now lets the next one pass, so no place stays empty while there is work for it.

A limit below 1 is none. Facts come in, and nothing else is looked at.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from enum import StrEnum
from typing import Final

from gitgt.model.queue.queue_order import due
from gitgt.model.rate_limit import Limited
from gitgt.values import dataclass

# What could not be given out so often is taken out of the line, and a person is told.
MAX_FAILURES: Final = 3
# After each of them it waits: what was in the way may be gone then.
_AFTER_FAILURE: Final = 60.0
# Stands for the town where rigs are named.
ALL_RIGS: Final = ""


class Cause(StrEnum):
    """Why work waits."""

    PAUSED = "paused"
    STOPPED = "stopped"  # frozen, parked or docked
    HELD = "held"  # something about the bead itself is in the way
    BLOCKED = "blocked"  # it waits for other beads
    HOOK = "hook"  # whose it is to be has other work
    FAILED = "failed"  # it could not be given out, and is tried again
    BUDGET = "budget"
    RATE_LIMIT = "rate-limit"
    TOWN_FULL = "town-full"
    RIG_FULL = "rig-full"
    RUNTIME_FULL = "runtime-full"
    CONVOY_FULL = "convoy-full"
    DELAY = "delay"  # the last one was started just now
    BATCH = "batch"  # it is for the next look


# Work with these waits for a place, or for its turn, and for nothing else.
FOR_ROOM: Final = frozenset(
    {
        Cause.TOWN_FULL,
        Cause.RIG_FULL,
        Cause.RUNTIME_FULL,
        Cause.CONVOY_FULL,
        Cause.DELAY,
        Cause.BATCH,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Work that waits for a place.

    ``since`` is when it was asked for. ``held`` says why it is not to go whatever room there
    is, ``after`` names the beads that it waits for, ``hook`` the one that hangs where it is to
    hang, ``broke`` the cap that is reached, which is another one at ``until_paid`` (0: only a
    person changes it). ``failed_at`` is when it could last not be given out. It goes only
    while fewer than ``at_once`` of its ``convoy`` have a place, if that is not 0.
    """

    bead: str
    rig: str
    runtime: str = ""
    priority: int = 2
    since: float = 0.0
    held: str = ""
    after: tuple[str, ...] = ()
    hook: str = ""
    broke: str = ""
    until_paid: float = 0.0
    failures: int = 0
    failed_at: float = 0.0
    convoy: str = ""
    at_once: int = 0

    @property
    def rank(self) -> tuple[float, float, str]:
        """By what it stands in line."""
        return due(self.since, priority=self.priority), self.since, self.bead


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A place that is taken: a session goes on for a bead, or is about to begin."""

    rig: str
    runtime: str = ""
    bead: str = ""
    convoy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many may live at once, in all and by rig and runtime, and how fast they may come.

    At most ``batch`` are started at one look, and two starts are ``delay`` seconds apart.
    """

    town: int = -1
    rigs: Mapping[str, int] = field(default_factory=dict)
    runtimes: Mapping[str, int] = field(default_factory=dict)
    batch: int = 1
    delay: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands in the way besides room.

    ``paused`` and, by rig, ``stopped`` say why nobody is started; the town is ``ALL_RIGS``.
    ``limited`` are the runtimes at their limits, and ``last_start`` is when somebody was
    started last.
    """

    paused: str = ""
    stopped: Mapping[str, str] = field(default_factory=dict)
    limited: Mapping[str, Limited] = field(default_factory=dict)
    last_start: float | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Why work waits; ``until`` when that is over, if time alone changes it."""

    bead: str
    cause: Cause
    said: str
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Whom to start now, in this order; who waits, as they stand in line; when to look again.

    ``tries`` are those of the first whose session finds out whether their runtime is still at
    its limit. ``again_at`` is None where something has to happen first.
    """

    start: tuple[Waiting, ...] = ()
    waits: tuple[Wait, ...] = ()
    tries: frozenset[str] = frozenset()
    again_at: float | None = None


UNHINDERED: Final = Standing()


def in_line(waiting: Iterable[Waiting]) -> list[Waiting]:
    """Return *waiting* in the order in which it is taken, if there is room."""
    return sorted(waiting, key=lambda each: each.rank)


def plan(
    waiting: Iterable[Waiting],
    live: Sequence[Live],
    limits: Limits,
    standing: Standing = UNHINDERED,
    *,
    now: float,
) -> Plan:
    """Return whom to start *now*, given who is *live*, and why each other waits."""
    room = _Room(live, limits, standing, now)
    waits: list[Wait] = []
    for each in in_line(waiting):
        wait = _of_itself(each, standing, now) or room.lacks(each)
        if wait is None:
            room.take(each)
        else:
            waits.append(wait)
    again = min((each.until for each in waits if each.until is not None), default=None)
    return Plan(tuple(room.started), tuple(waits), frozenset(room.tries), again)


def _of_itself(each: Waiting, standing: Standing, now: float) -> Wait | None:
    """Return why *each* would wait if there were room for all."""
    stopped = standing.stopped.get(ALL_RIGS) or standing.stopped.get(each.rig)
    failed_until = each.failed_at + _AFTER_FAILURE * each.failures
    found: Sequence[tuple[bool, Cause, str, float | None]] = (
        (bool(standing.paused), Cause.PAUSED, standing.paused, None),
        (bool(stopped), Cause.STOPPED, stopped or "", None),
        (bool(each.held), Cause.HELD, each.held, None),
        (bool(each.after), Cause.BLOCKED, f"waits for {', '.join(each.after)}", None),
        (bool(each.hook), Cause.HOOK, f"{each.hook} hangs there", None),
        (bool(each.broke), Cause.BUDGET, each.broke, each.until_paid or None),
        (
            each.failures > 0 and now < failed_until,
            Cause.FAILED,
            f"failed {each.failures} of {MAX_FAILURES} times",
            failed_until,
        ),
    )
    for is_so, cause, said, until in found:
        if is_so:
            return Wait(each.bead, cause, said, until)
    return None


class _Room:
    """The places that are left, as they are taken."""

    def __init__(
        self, live: Sequence[Live], limits: Limits, standing: Standing, now: float
    ) -> None:
        self._limits = limits
        self._standing = standing
        self._now = now
        self._town = len(live)
        self._rigs = Counter(each.rig for each in live)
        self._runtimes = Counter(each.runtime for each in live)
        self._convoys = Counter(each.convoy for each in live)
        self.started: list[Waiting] = []
        self.tries: set[str] = set()
        self._tried: dict[str, str] = {}

    def lacks(self, each: Waiting) -> Wait | None:
        """Return why there is no place for *each*; None if there is one."""
        return self._at_limit(each) or self._full(each) or self._too_fast(each)

    def take(self, each: Waiting) -> None:
        """Give *each* a place."""
        self._town += 1
        self._rigs[each.rig] += 1
        self._runtimes[each.runtime] += 1
        self._convoys[each.convoy] += 1
        self.started.append(each)
        if self._limited(each) is not None:
            self.tries.add(each.bead)
            self._tried[each.runtime] = each.bead

    def _limited(self, each: Waiting) -> Limited | None:
        found = self._standing.limited.get(each.runtime)
        return found if found is not None and found.holds(self._now) else None

    def _at_limit(self, each: Waiting) -> Wait | None:
        found = self._limited(each)
        if found is None:
            return None
        said = f"{each.runtime} is at its limit: {found.known}"
        trying = self._tried.get(each.runtime) or found.trying
        if trying:
            return Wait(each.bead, Cause.RATE_LIMIT, f"{said}; {trying} tries it", None)
        if self._now < found.again_at:
            until = None if math.isinf(found.again_at) else found.again_at
            return Wait(each.bead, Cause.RATE_LIMIT, said, until)
        return None

    def _full(self, each: Waiting) -> Wait | None:
        asked = (
            (self._limits.town, self._town, Cause.TOWN_FULL, "the town"),
            (
                self._limits.rigs.get(each.rig, 0),
                self._rigs[each.rig],
                Cause.RIG_FULL,
                each.rig,
            ),
            (
                self._limits.runtimes.get(each.runtime, 0),
                self._runtimes[each.runtime],
                Cause.RUNTIME_FULL,
                each.runtime,
            ),
            (
                each.at_once if each.convoy else 0,
                self._convoys[each.convoy],
                Cause.CONVOY_FULL,
                each.convoy,
            ),
        )
        for limit, taken, cause, whose in asked:
            if 0 < limit <= taken:
                return Wait(each.bead, cause, f"{taken} of {limit} places of {whose} are taken")
        return None

    def _too_fast(self, each: Waiting) -> Wait | None:
        delay, last = self._limits.delay, self._standing.last_start
        if delay > 0:
            last = self._now if self.started else last
            # A clock that was set back is no reason to wait for longer.
            if last is not None and last <= self._now < last + delay:
                said = f"two starts are {delay:g} s apart"
                return Wait(each.bead, Cause.DELAY, said, last + delay)
        if len(self.started) >= max(1, self._limits.batch):
            said = f"{len(self.started)} are started at one look"
            return Wait(each.bead, Cause.BATCH, said, self._now)
        return None
