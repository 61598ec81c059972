"""Gates that contradict themselves: how often, and how much a red one is worth believing.

A red run is a flake if the same gate passed on the same tree. What the rate decides follows
from it as if twenty runs with a fifth of a flake among them had been seen before: so neither
the first flake nor a few good runs make up the mind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Self

from gitgt.model.gate import Verdict
from gitgt.values import dataclass

# Above this a gate counts as flaky, and somebody is asked to mend it.
FLAKY: Final = 0.05
# With so many runs and below that rate a single red run is believed.
_RELIABLE: Final = 0.003
_ENOUGH_RUNS: Final = 200
_PRIOR: Final = (0.2, 20.0)
# One flake may be the machine's.
_EVIDENCE: Final = 2


@dataclass(frozen=True, slots=True)
class Flakes:
    """How many runs of a gate there were, and how many of them were red for no reason.

    ``last`` is when the latest of those trees was tested, as documents write it.
    """

    runs: int = 0
    flakes: int = 0
    last: str = ""

    @classmethod
    def of(cls, runs: Iterable[Mapping[str, Any]]) -> Self:
        """Return what the recorded *runs* of one gate on one tree come to."""
        told = [(each["verdict"], str(each["at"])) for each in runs]
        reds = [at for verdict, at in told if verdict == Verdict.FAIL]
        flaky = bool(reds) and len(reds) < len(told)
        last = max((at for _, at in told), default="") if flaky else ""
        return cls(len(told), len(reds) if flaky else 0, last)

    def plus(self, other: Flakes) -> Flakes:
        """Return both together."""
        last = max(self.last, other.last)
        return Flakes(self.runs + other.runs, self.flakes + other.flakes, last)

    def minus(self, other: Flakes) -> Flakes:
        """Return what is left when *other* is taken out, which is in it."""
        return Flakes(self.runs - other.runs, self.flakes - other.flakes, self.last)

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "runs": self.runs, "flakes": self.flakes, "share": round(self.share, 4),
            "flaky": self.is_flaky, "last_flake": self.last,
        }  # fmt: skip

    @property
    def share(self) -> float:
        """Return how many of the runs were flakes."""
        return self.flakes / self.runs if self.runs else 0.0

    @property
    def rate(self) -> float:
        """Return the chance that a run is red for no reason."""
        return (self.flakes + _PRIOR[0]) / (self.runs + _PRIOR[1])

    @property
    def is_flaky(self) -> bool:
        """Tell whether somebody should mend the gate."""
        return self.flakes >= _EVIDENCE and self.share > FLAKY

    @property
    def confirm(self) -> int:
        """Return how often a red run must be repeated before anybody is blamed."""
        if self.runs >= _ENOUGH_RUNS and self.rate < _RELIABLE:
            return 0
        return 2 if self.is_flaky else 1
