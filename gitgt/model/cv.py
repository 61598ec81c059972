"""What an agent has done so far, counted from the ledger and from what is known of sessions.

Nothing of it is stored. What nobody knows is not made up: it is None, and said to be unknown.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gitgt.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One bead that was on the agent's hook.

    ``returns`` are the times that it came back, ``conflicts`` those because it conflicted, so
    the others are for what a gate or a person said. ``seconds`` is how long it took from the
    first beginning to the end.
    """

    bead: str
    title: str
    outcome: str = ""
    ended: str = ""
    landed: bool = False
    returns: int = 0
    conflicts: int = 0
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """One session: on which runtime, for how long, what it used."""

    runtime: str
    seconds: float | None = None
    tokens: int | None = None
    cost: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cv:
    """What an agent has done: its jobs, the latest first, and its sessions summed up.

    ``seconds``, ``tokens`` and ``cost`` are sums of what is known, None where nothing is;
    ``unknown`` counts the sessions that say nothing of what they used; unless it is whole, the
    cost was more.
    """

    address: str
    formerly: tuple[str, ...] = ()
    jobs: tuple[Job, ...] = ()
    sessions: int = 0
    runtimes: tuple[str, ...] = ()
    seconds: float | None = None
    tokens: int | None = None
    cost: float | None = None
    cost_is_whole: bool = False
    unknown: int = 0

    @property
    def done(self) -> int:
        """How many beads were ended well: landed, or found to need nothing."""
        return sum(each.outcome in ("success", "no-changes") for each in self.jobs)

    @property
    def landed(self) -> int:
        """How many beads have landed."""
        return sum(each.landed for each in self.jobs)

    @property
    def sent_back(self) -> int:
        """How often work came back."""
        return sum(each.returns for each in self.jobs)

    @property
    def conflicts(self) -> int:
        """How often it came back because it conflicted."""
        return sum(each.conflicts for each in self.jobs)

    @property
    def failures(self) -> int:
        """How often it came back for what a gate, or a person, said of it."""
        return self.sent_back - self.conflicts

    @property
    def first_time_right(self) -> int:
        """How many beads landed that never came back."""
        return sum(each.landed and not each.returns for each in self.jobs)

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "address": self.address, "formerly": list(self.formerly), "done": self.done,
            "landed": self.landed, "first_time_right": self.first_time_right,
            "sent_back": self.sent_back, "conflicts": self.conflicts,
            "failures": self.failures, "sessions": self.sessions,
            "runtimes": list(self.runtimes), "seconds": self.seconds, "tokens": self.tokens,
            "cost": self.cost, "cost_is_whole": self.cost_is_whole, "unknown": self.unknown,
            "jobs": [
                {
                    "bead": each.bead, "title": each.title, "outcome": each.outcome,
                    "ended": each.ended, "landed": each.landed, "returns": each.returns,
                    "conflicts": each.conflicts, "seconds": each.seconds,
                }
                for each in self.jobs
            ],
        }  # fmt: skip


def cv(
    address: str, jobs: Iterable[Job], sittings: Iterable[Sitting], *, formerly: Iterable[str]
) -> Cv:
    """Return what *jobs* and *sittings* come to; the jobs that ended last are first."""
    sat = tuple(sittings)
    return Cv(
        address=address,
        formerly=tuple(formerly),
        jobs=tuple(sorted(jobs, key=lambda each: (each.ended, each.bead), reverse=True)),
        sessions=len(sat),
        runtimes=tuple(sorted({each.runtime for each in sat if each.runtime})),
        seconds=_sum(each.seconds for each in sat),
        tokens=_sum(each.tokens for each in sat),
        cost=_sum(each.cost for each in sat),
        cost_is_whole=bool(sat) and all(each.cost is not None for each in sat),
        unknown=sum(each.tokens is None for each in sat),
    )


def _sum(known: Iterable[float | int | None]) -> Any:  # noqa: ANN401 - int or float, or None
    """Return the sum of what is known; None if nothing is."""
    told = [each for each in known if each is not None]
    return sum(told) if told else None
