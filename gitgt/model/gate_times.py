"""How long a gate takes, from the passes that it took lately: half of the time, mostly."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from math import ceil
from typing import Any, Final, Self

from gitgt.model.gate import Verdict
from gitgt.values import dataclass

HALF: Final = 0.5
MOST: Final = 0.9
# Fewer passes tell nothing.
ENOUGH: Final = 3
# A gate that became slower is known to be so after half as many.
_KEPT: Final = 50


@dataclass(frozen=True, slots=True)
class Times:
    """The latest passes of a gate, the oldest first: the number of each, and its seconds."""

    passes: tuple[tuple[int, float], ...] = ()

    @classmethod
    def of(cls, runs: Iterable[Mapping[str, Any]]) -> Self:
        """Return what the recorded *runs* of one gate come to."""
        return cls(
            tuple(
                (int(each["number"]), float(each["seconds"]))
                for each in runs
                if each["verdict"] == Verdict.PASS
            )
        )

    def plus(self, other: Times) -> Times:
        """Return both together, as far as they are recent."""
        return Times(tuple(sorted({*self.passes, *other.passes})[-_KEPT:]))

    def minus(self, other: Times) -> Times:
        """Return what is left when *other* is taken out."""
        gone = {*other.passes}
        return Times(tuple(each for each in self.passes if each not in gone))

    @property
    def is_known(self) -> bool:
        """Tell whether there are enough of them to expect anything."""
        return len(self.passes) >= ENOUGH

    @property
    def seconds(self) -> tuple[float, ...]:
        """How long they took, the shortest first."""
        return tuple(sorted(seconds for _, seconds in self.passes))

    def usual(self, share: float = HALF) -> float:
        """Return in how many seconds such a *share* of them was done; 0 if nobody knows."""
        return quantile(self.seconds, share) if self.is_known else 0.0


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return the least of the *ordered* values that at least a *share* do not exceed.

    Without values it is 0.
    """
    if not ordered:
        return 0.0
    return ordered[max(0, ceil(share * len(ordered) - 1e-9) - 1)]


def left(ordered: Sequence[float], elapsed: float, share: float) -> float:
    """Return how many seconds one goes on that has taken *elapsed*, in such a *share* of cases.

    Only those that took longer tell anything about it; where none did it may end at once.
    """
    longer = ordered[bisect_right(ordered, elapsed) :]
    return quantile(longer, share) - elapsed if longer else 0.0
