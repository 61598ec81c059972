"""When the queue says that things will land, against the planner played through.

    python -m benchmarks.refinery_eta [SEEDS]

Streams of 50 requests, all waiting at the start, of which 5 % are bad; a gate takes 1 T, give
or take a quarter. Of those that land, about half should do so within what is said as P50, and
nine of ten within P90: the closed form is not the planner, so the limits are wide. What it
costs is measured, too: 100 ms at the most.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Sequence
from typing import Final

from benchmarks.queues.clockwork import execute
from benchmarks.queues.ours import Ours
from benchmarks.queues.stream import Stream
from gitgt.model.queue.merge_eta import Eta, Pace, Work, etas

SIZE: Final = 50
BAD: Final = 0.05
SLOTS: Final = (1, 2, 4, 8)
P50: Final = (0.3, 0.7)
P90: Final = 0.85
MOST_SECONDS: Final = 0.1


class Watched(Ours):
    """The planner, and who left its queue, in that order."""

    def __init__(self, size: int, slots: int) -> None:
        super().__init__(size, slots)
        self.gone: list[int] = []

    def _leave(self, name: str, to: list[int]) -> None:
        super()._leave(name, to)
        self.gone.append(int(name))


def main(seeds: int) -> int:
    """Print the table; return how many limits are broken."""
    lots = random.Random(5)
    seconds = tuple(sorted(max(0.1, lots.gauss(1.0, 0.25)) for _ in range(50)))
    broken = 0
    print("slots  within P50  within P90  seconds")
    for slots in SLOTS:
        work = Work(paces=(Pace("test", seconds),), slots=slots)
        began = time.perf_counter()
        said = etas([BAD] * SIZE, work)
        took = time.perf_counter() - began
        half, most = _within(said, slots, seeds)
        print(f"{slots:5}  {half:10.0%}  {most:10.0%}  {took:.4f}")
        broken += not P50[0] <= half <= P50[1]
        broken += most < P90
        broken += took > MOST_SECONDS
    return broken


def _within(said: Sequence[Eta], slots: int, seeds: int) -> tuple[float, float]:
    """Return the shares of those that landed within what was said of them."""
    half = most = count = 0
    for seed in range(seeds):
        stream = Stream.drawn(seed, size=SIZE, bad=BAD)
        policy = Watched(SIZE, slots)
        bill = execute(policy, stream, slots=slots)
        for name, at in zip(policy.gone, bill.ends, strict=True):
            if name in policy.landed:
                count += 1
                half += at <= said[name].half + 1e-9
                most += at <= said[name].most + 1e-9
    return half / count, most / count


if __name__ == "__main__":
    sys.exit(min(main(int(sys.argv[1]) if sys.argv[1:] else 12), 1))
