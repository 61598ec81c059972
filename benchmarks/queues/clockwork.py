"""Executes a policy in virtual time: slots, gates that take a while, results one by one."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Protocol

from benchmarks.queues.stream import Names, Stream


@dataclass(frozen=True)
class Probe:
    """A gate on what these make together; ``attempt`` tells repetitions apart."""

    merged: Names
    attempt: int = 0


class Policy(Protocol):
    """A merge queue: what it wants to be tested now, and what it makes of an answer."""

    landed: list[int]
    back: list[int]

    def wanted(self) -> Sequence[Probe]:
        """Return what should be running now, the most important first."""

    def told(self, probe: Probe, *, passed: bool) -> None:
        """Hear what came of a probe."""


@dataclass
class Bill:
    """What a stream has cost. Times are in T, the mean time of a gate."""

    runs: int = 0
    busy: float = 0.0
    makespan: float = 0.0
    ends: list[float] = field(default_factory=list)
    innocents: int = 0
    reds: int = 0

    @property
    def wait(self) -> float:
        """How long a request waits until it has landed or come back, on average."""
        return fmean(self.ends) if self.ends else 0.0


def execute(policy: Policy, stream: Stream, *, slots: int) -> Bill:
    """Play *stream* through *policy*."""
    lots = random.Random(stream.seed + 1)
    bill, now = Bill(), 0.0
    running: dict[Probe, tuple[float, float]] = {}  # since when, until when
    wanted = list(policy.wanted())
    while len(policy.landed) + len(policy.back) < stream.size:
        for probe in running.keys() - set(wanted):
            bill.busy += now - running.pop(probe)[0]
        for probe in wanted:
            if probe not in running and len(running) < slots:
                bill.runs += 1
                running[probe] = (now, now + max(0.1, lots.gauss(1.0, stream.jitter)))
        now = min(until for _, until in running.values())
        before = len(policy.landed), len(policy.back)
        # Whoever hears of several results at once plans once.
        for probe in [each for each, (_, until) in running.items() if until == now]:
            bill.busy += now - running.pop(probe)[0]
            red = stream.red(probe.merged) or lots.random() < stream.flakes
            policy.told(probe, passed=not red)
        if len(policy.landed) + len(policy.back) < stream.size:
            wanted = list(policy.wanted())
        _enter(bill, policy, stream, before, now)
    bill.makespan = now
    return bill


def _enter(
    bill: Bill, policy: Policy, stream: Stream, before: tuple[int, int], now: float
) -> None:
    landed, back = policy.landed, policy.back
    bill.ends += [now] * (len(landed) + len(back) - sum(before))
    for number in range(before[1], len(back)):
        bill.innocents += not stream.red(frozenset({*landed, back[number]}))
    bill.reds += len(landed) > before[0] and stream.red(frozenset(landed)) and not stream.flakes
