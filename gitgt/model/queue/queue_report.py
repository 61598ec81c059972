"""How the queue of a rig did over a while: landings, runs, times, who was to blame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

from gitgt.model.gate import Verdict
from gitgt.model.gate_times import HALF, MOST, quantile
from gitgt.model.instant import text_of
from gitgt.model.queue.queue_cost import Cost, Ran
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """How values are spread: half of them, nine of ten, and all of them do not exceed this."""

    count: int = 0
    half: float = 0.0
    most: float = 0.0
    max: float = 0.0

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread:
        """Return how *values* are spread."""
        found = sorted(values)
        if not found:
            return cls()
        return cls(len(found), quantile(found, HALF), quantile(found, MOST), found[-1])

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "count": self.count, "p50": round(self.half, 1), "p90": round(self.most, 1),
            "max": round(self.max, 1),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Landed:
    """A request that landed at a time, in seconds, and what it had cost."""

    request: str
    bead: str
    title: str
    branch: str
    at: float
    cost: Cost

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "request": self.request, "bead": self.bead, "title": self.title,
            "branch": self.branch, "at": text_of(self.at), "cost": self.cost.fields(),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Back:
    """A request came back at a time, and why; ``status`` is conflict, rejected or escalated."""

    request: str
    title: str
    at: float
    status: str
    reason: str

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "request": self.request, "title": self.title, "at": text_of(self.at),
            "status": self.status, "reason": self.reason,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tally:
    """The runs of one gate: how many passed, failed, were flakes, and how long they took."""

    gate: str
    passed: int
    failed: int
    flakes: int
    seconds: Spread
    total: float

    @classmethod
    def of(cls, gate: str, runs: Sequence[Ran]) -> Tally:
        """Return what these *runs* of a gate come to."""
        flakes = sum(each.flake for each in runs)
        passed = sum(each.verdict is Verdict.PASS for each in runs)
        took = [each.seconds for each in runs]
        return cls(gate, passed, len(runs) - passed, flakes, Spread.of(took), sum(took))

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "gate": self.gate, "runs": self.passed + self.failed, "passed": self.passed,
            "failed": self.failed, "flakes": self.flakes, "seconds": self.seconds.fields(),
            "total_seconds": round(self.total, 1),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Day:
    """What one day brought."""

    day: str
    landed: int
    back: int
    runs: int
    red: int

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "day": self.day, "landed": self.landed, "back": self.back, "runs": self.runs,
            "red": self.red,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueReport:
    """What happened in the queue of *rig* from *since* until *until*, in seconds."""

    rig: str
    since: float
    until: float
    landed: tuple[Landed, ...] = ()
    backs: tuple[Back, ...] = ()
    runs: tuple[Ran, ...] = ()

    @property
    def queued(self) -> Spread:
        """How long those that landed had waited in the queue."""
        return Spread.of(each.cost.queued for each in self.landed)

    @property
    def took(self) -> Spread:
        """How much time of gates those that landed were charged with."""
        return Spread.of(each.cost.seconds for each in self.landed)

    @property
    def in_queue(self) -> tuple[Ran, ...]:
        """The runs for what waited in the queue; the others somebody asked for."""
        return tuple(each for each in self.runs if each.heads)

    @property
    def runs_for_each(self) -> float:
        """How many runs it took for each that landed."""
        return len(self.in_queue) / len(self.landed) if self.landed else 0.0

    @property
    def gates(self) -> tuple[Tally, ...]:
        """The runs gate by gate, the dearest first."""
        names = dict.fromkeys(each.gate for each in self.runs)
        found = (Tally.of(name, [r for r in self.runs if r.gate == name]) for name in names)
        return tuple(sorted(found, key=lambda each: (-each.total, each.gate)))

    @property
    def days(self) -> tuple[Day, ...]:
        """The days on which anything happened, in UTC, the oldest first."""
        landed = Counter(_day(each.at) for each in self.landed)
        back = Counter(_day(each.at) for each in self.backs)
        runs = Counter(_day(each.at) for each in self.runs)
        red = Counter(_day(each.at) for each in self.runs if each.verdict is Verdict.FAIL)
        return tuple(
            Day(day, landed[day], back[day], runs[day], red[day])
            for day in sorted({*landed, *back, *runs})
        )

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "rig": self.rig, "since": text_of(self.since), "until": text_of(self.until),
            "landed": [each.fields() for each in self.landed],
            "came_back": [each.fields() for each in self.backs],
            "queued_seconds": self.queued.fields(), "gate_seconds": self.took.fields(),
            "runs": len(self.runs), "runs_in_queue": len(self.in_queue),
            "runs_for_each_landed": round(self.runs_for_each, 2),
            "gates": [each.fields() for each in self.gates],
            "days": [each.fields() for each in self.days],
        }  # fmt: skip


def _day(at: float) -> str:
    return text_of(at)[:10]


@dataclass(frozen=True, slots=True)
class Bin:
    """How many spans of time are at *least* so many seconds and less than *below*.

    The last of several holds what is longer, too.
    """

    least: float
    below: float
    count: int

    @property
    def name(self) -> str:
        """What it is called: ``10-20 min``."""
        width = self.below - self.least
        unit, name = next(each for each in _UNITS if width >= each[0])
        return f"{self.least / unit:.0f}-{self.below / unit:.0f} {name}"


_UNITS: Final = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))
# Widths of bins that people count in.
_WIDTHS: Final = (
    *(1, 2, 5, 10, 20, 30),
    *(60 * each for each in (1, 2, 5, 10, 20, 30)),
    *(3600 * each for each in (1, 2, 4, 8, 12)),
    *(86_400 * each for each in (1, 2, 5, 10, 20, 50, 100, 200)),
)


def bins(seconds: Iterable[float], many: int = 8) -> tuple[Bin, ...]:
    """Return spans of time in at most *many* bins of one width, which is round."""
    found = sorted(seconds)
    if not found:
        return ()
    width = width_for(found[-1], many)
    count = min(many, int(found[-1] // width) + 1)
    at = Counter(min(count - 1, int(each // width)) for each in found)
    return tuple(Bin(n * width, (n + 1) * width, at[n]) for n in range(count))


def width_for(longest: float, many: int) -> int:
    """Return the least round span of time of which *many* are longer than the *longest*."""
    return next((each for each in _WIDTHS if each * many > longest), _WIDTHS[-1])
