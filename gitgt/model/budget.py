"""Caps on what agents may take: whether one is reached, and what is said then. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from gitgt.model.money import Sum
from gitgt.values import dataclass


class Then(StrEnum):
    """What becomes of a session that goes on while a cap is reached."""

    TELL = "tell"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Cap:
    """What may be taken: so many dollars, so many tokens; None is no limit."""

    usd: float | None = None
    tokens: int | None = None

    def reached(self, found: Sum) -> str:
        """Say in words that *found* is as much as may be taken; empty if it is less.

        What is not known to have been spent is not held against anybody.
        """
        if self.usd is not None and found.dollars >= self.usd:
            return f"${found.dollars:.2f} of ${self.usd:.2f} are spent"
        if self.tokens is not None and found.tokens >= self.tokens:
            return f"{found.tokens:,} of {self.tokens:,} tokens are used"
        return ""


@dataclass(frozen=True, slots=True)
class Budget:
    """The caps of one place: for each bead, each convoy, each day."""

    bead: Cap = Cap()
    convoy: Cap = Cap()
    day: Cap = Cap()
    then: Then = Then.TELL

    @property
    def is_set(self) -> bool:
        """Tell whether there is any cap."""
        return (self.bead, self.convoy, self.day) != (Cap(), Cap(), Cap())


def parse(fields: Mapping[str, Any]) -> Budget:
    """Return what ``budget`` of the settings says, which its schema has accepted."""
    caps = {name: Cap(**fields.get(name, {})) for name in ("bead", "convoy", "day")}
    return Budget(**caps, then=Then(fields.get("then", Then.TELL)))


def nearest(rig: Budget, town: Budget) -> Budget:
    """Return the caps of beads and convoys in a rig, and its way: its own, else the town's."""
    bead = rig.bead if rig.bead != Cap() else town.bead
    convoy = rig.convoy if rig.convoy != Cap() else town.convoy
    return Budget(bead, convoy, rig.day, rig.then if rig.is_set else town.then)
