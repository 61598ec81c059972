"""The odds along a chain: where a test of its beginning tells the most."""

from __future__ import annotations

from collections.abc import Sequence

from gitgt.model.queue.merge_chain import halfway
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Gauge:
    """The odds along a chain: ``chance[n]`` that its first n are green together.

    If *gate* is red, it is so on the first ``high``, and passes on the first ``low``; what
    other gates say of those is not known yet.
    """

    chance: Sequence[float]
    high: int
    gate: str = ""
    low: int = 0

    @property
    def red(self) -> bool:
        """Tell whether somebody is to blame, and searched for."""
        return bool(self.gate)

    @property
    def open(self) -> int:
        """How long a prefix may be of which nothing is known."""
        return self.high - self.red

    @property
    def known(self) -> Sequence[float]:
        """The odds along the chain, given that its first ``high`` are red together if they are.

        However good the odds of each alone, somewhere among them is the culprit.
        """
        if not self.red:
            return self.chance
        floor = self.chance[self.high]
        scale = max(1.0 - floor, 1e-12)
        return [max(0.0, each - floor) / scale for each in self.chance]

    @property
    def first(self) -> int:
        """The length of the prefix to test first: where it is not known who is to blame."""
        return halfway(self.chance, self.low, self.high, red=self.red) or self.low or self.high

    def searches(self, length: int) -> bool:
        """Tell whether a prefix of this length is tested to find who is to blame."""
        return self.red and self.low < length < self.high
