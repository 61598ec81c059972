"""How the witness of a rig stands: if it works, how patient it is, what it makes of whom."""

from __future__ import annotations

from typing import Any

from gitgt.model.health.facts import Patience
from gitgt.model.health.findings import Step
from gitgt.services.town import Rig, Town
from gitgt.services.witness import brake, looking, scan
from gitgt.services.witness.looking import Round
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class State:
    """The witness of a rig; if a person ``stopped`` it: why, by whom and since when.

    ``at_work`` are the polecats whose sessions go on.
    """

    rig: Rig
    stopped: str
    by: str
    since: str
    patience: Patience
    at_work: tuple[str, ...]
    odd: tuple[Step, ...]

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        waits = {name: getattr(self.patience, name) for name in ("hung", "ralph", "startup")}
        return {
            "rig": self.rig.name, "state": "stopped" if self.stopped else "watching",
            "why": self.stopped, "by": self.by, "since": self.since, "patience": waits,
            "at_work": list(self.at_work), "findings": [each.fields() for each in self.odd],
        }  # fmt: skip


def of(town: Town, rig: Rig) -> State:
    """Return how the witness of *rig* stands."""
    why = brake.why_stopped(rig)
    by, since = brake.since(town, rig) if why else ("", "")
    one = Round.of(town, rig)
    at_work = tuple(each.address for each in looking.look(one) if each.runs)
    odd = tuple(scan.steps(town, rig))
    return State(rig, why, by, since, one.patience, at_work, odd)
