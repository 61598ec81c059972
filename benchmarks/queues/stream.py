"""What is true of a stream of requests, and only gates and merges can find out."""

from __future__ import annotations

import random
from dataclasses import dataclass

Names = frozenset[int]


@dataclass(frozen=True)
class Stream:
    """Requests 0, 1, 2, ... all of which wait from the start.

    ``bad`` are red, ``clashes`` are pairs that are red together, and ``flakes`` is the chance
    that a gate says no to what is good. A gate takes 1 T, give or take ``jitter``. What is
    ``conflicting`` is so with the target: every queue knows that before it tests anything.
    """

    size: int
    bad: Names
    clashes: tuple[Names, ...] = ()
    conflicting: Names = frozenset()
    flakes: float = 0.0
    jitter: float = 0.25
    seed: int = 0

    @classmethod
    def drawn(
        cls, seed: int, *, size: int = 200, bad: float = 0.05, clashing: float = 0.0,
        flakes: float = 0.0, conflicting: float = 0.0,
    ) -> Stream:  # fmt: skip
        """Draw one: exactly that share is bad, stands in pairs that clash, or conflicts."""
        lots = random.Random(seed)
        red = frozenset(lots.sample(range(size), round(size * bad)))
        pairs = []
        for _ in range(round(size * clashing / 2)):
            one = lots.randrange(size - 10)
            pairs.append(frozenset({one, one + lots.randrange(1, 10)}))
        stuck = frozenset(lots.sample(sorted({*range(size)} - red), round(size * conflicting)))
        return cls(size, red, tuple(pairs), stuck, flakes, seed=seed)

    def red(self, merged: Names) -> bool:
        """Tell whether a gate that never errs says no to these together."""
        return not self.bad.isdisjoint(merged) or any(pair <= merged for pair in self.clashes)
