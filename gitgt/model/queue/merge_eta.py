"""When a request that waits will probably have landed: after half of the time, and mostly.

A closed form, since playing the planner through takes 0.1 s for one course of 50 requests, and
a quantile needs dozens. It counts *rounds*, in each of which all gates look at what is tested:

- one for each prefix that the planner tests as one (``merge_probes``): as long as its odds of
  being green are worth it, so the longer the more of them are tested side by side;
- to find each of those who are to blame, by halving, and to confirm it. How many there will
  be follows from the odds of each (a sum of independent chances), and from how often gates
  are red for no reason.

How it compares with the planner played through: benchmarks/refinery_eta.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from math import ceil, log, sqrt
from typing import Any, Final

from gitgt.model.gate_times import ENOUGH, HALF, MOST, left, quantile
from gitgt.values import dataclass

# More culprits than that among those ahead do not change what is said.
_CULPRITS: Final = 64


@dataclass(frozen=True, slots=True)
class Eta:
    """In how many seconds it will have landed: in half of all cases, and in nine of ten."""

    half: float
    most: float

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {"p50": round(self.half, 1), "p90": round(self.most, 1)}


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a gate takes: the seconds of recent passes, the shortest first."""

    gate: str
    seconds: tuple[float, ...]
    phase: int = 1
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Begun:
    """A gate has been at work for *elapsed* seconds on the first *covers* of the line."""

    gate: str
    elapsed: float
    covers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """How a line is worked: its gates, what runs, and how many may run at once.

    ``limit`` is how many requests are tested as one at the most, ``noise`` how often a round
    is red for no reason.
    """

    paces: tuple[Pace, ...]
    begun: tuple[Begun, ...] = ()
    slots: int = 1
    limit: int = 64
    noise: float = 0.0

    @property
    def is_known(self) -> bool:
        """Tell whether anything can be said: each gate has passed often enough."""
        return bool(self.paces) and all(len(each.seconds) >= ENOUGH for each in self.paces)

    @property
    def width(self) -> int:
        """How many prefixes are tested side by side: each takes a slot for each gate."""
        return max(1, self.slots // max(len(list(each)) for each in self._phases()))

    def _phases(self) -> list[list[Pace]]:
        ordered = sorted(self.paces, key=lambda each: each.phase)
        return [list(each) for _, each in groupby(ordered, key=lambda each: each.phase)]

    def round(self, share: float) -> float:
        """Return how long a round takes in such a *share* of cases."""
        return sum(
            self._phase([(each, quantile(each.seconds, share)) for each in phase])
            for phase in self._phases()
        )

    def first(self, share: float) -> float:
        """Return how long the round goes on that is under way; a whole one if none is."""
        ran = {each.gate: each.elapsed for each in sorted(self.begun, key=_elapsed)}
        at = [each.phase for each in self.paces if each.gate in ran]
        return sum(
            self._phase([(each, _rest(each, ran.get(each.gate), share)) for each in phase])
            for phase in self._phases()
            if phase[0].phase >= min(at, default=0)
        )

    def _phase(self, took: Sequence[tuple[Pace, float]]) -> float:
        """Return how long these take together; who runs alone does so after the others."""
        beside = [seconds for each, seconds in took if not each.alone]
        alone = sum(seconds for each, seconds in took if each.alone)
        return alone + max(max(beside, default=0.0), sum(beside) / self.slots)


def _elapsed(begun: Begun) -> float:
    return begun.elapsed


def _rest(pace: Pace, elapsed: float | None, share: float) -> float:
    if elapsed is None:
        return quantile(pace.seconds, share)
    return left(pace.seconds, elapsed, share)


def etas(chances: Sequence[float], work: Work) -> tuple[Eta, ...]:
    """Return for each of a line, by the chances that they are red, when it will have landed.

    Nothing is returned if too few runs are known. Nobody comes before who stands ahead, and
    with more slots nobody comes later.
    """
    if not work.is_known or not chances:
        return ()
    covered = max((each.covers for each in work.begun), default=0)
    batches = _parts(chances, 1 / (work.width + 1), work.limit, covered)
    searches = _searches(chances, work)
    return tuple(
        _eta(work, *(batch + ceil(each - 1e-9) for each in search))
        for batch, search in zip(batches, searches, strict=True)
    )


def _searches(chances: Sequence[float], work: Work) -> list[tuple[float, float]]:
    """Return for each how many rounds the searches before it take, after half and mostly.

    A search is among as many as a single probe is worth it for; who is among them waits until
    it has ended, also for those who stand behind.
    """
    parts = _parts(chances, HALF, work.limit, 0)
    counts, largest = [1.0], 1
    found: list[tuple[float, float]] = []
    for part in sorted({*parts}):
        members = [each for each, its in zip(chances, parts, strict=True) if its == part]
        for chance in (*members, work.noise):
            counts = _plus(counts, chance)
        largest = max(largest, len(members))
        rounds = log(largest) / log(work.width + 1) + 1 / work.width
        mine = _least(counts, HALF) * rounds, _least(counts, MOST) * rounds
        found += [mine] * len(members)
    return found


def _parts(chances: Sequence[float], least: float, limit: int, covered: int) -> list[int]:
    """Return the number of the part that each is in, where parts keep at *least* these odds.

    The first holds at least those that are *covered* by what runs.
    """
    found: list[int] = []
    part, size, odds = 1, 0, 1.0
    for number, chance in enumerate(chances):
        size, odds = size + 1, odds * (1.0 - chance)
        if number >= covered and size > 1 and (odds < least or size > limit):
            part, size, odds = part + 1, 1, 1.0 - chance
        found.append(part)
    return found


def _plus(counts: Sequence[float], chance: float) -> list[float]:
    """Return the chances of 0, 1, 2 ... culprits, with one more who is to blame by *chance*."""
    stay = [each * (1.0 - chance) for each in counts]
    more = [each * chance for each in counts]
    found = [one + other for one, other in zip([*stay, 0.0], [0.0, *more], strict=True)]
    if len(found) > _CULPRITS:
        found[-2:] = [found[-2] + found[-1]]
    return found


def _least(counts: Iterable[float], share: float) -> int:
    """Return how many culprits there are at the most, in such a *share* of cases."""
    total = 0.0
    number = 0
    for number, each in enumerate(counts):  # noqa: B007 - the last is what is left
        total += each
        if total >= share - 1e-9:
            break
    return number


def _eta(work: Work, half: int, most: int) -> Eta:
    usual, slow = work.round(HALF), work.round(MOST)
    first, late = work.first(HALF), work.first(MOST)
    spread = sqrt((late - first) ** 2 + (most - 1) * (slow - usual) ** 2)
    return Eta(first + (half - 1) * usual, first + (most - 1) * usual + spread)
