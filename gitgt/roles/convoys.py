"""Convoys: starts the next members of those that were launched, and closes what has arrived.

It makes the convoy that a sling had no time to make, too.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from gitgt.model.actor import Actor
from gitgt.model.documents import Bead
from gitgt.model.ids import BeadId
from gitgt.model.lifecycle import BeadStatus
from gitgt.reactor.key import Key, Settled
from gitgt.services.convoy import convoys, places
from gitgt.services.convoy.feeding import Feeder
from gitgt.services.town import Town

_WHO = Actor.role("convoys")
_SOONEST = 1.0


class ConvoysRole:
    """Looks at all convoys together: there are few, and their members are in every ledger."""

    role = "convoys"

    def __init__(self, town: Town) -> None:
        self._town = town
        self._feeder = Feeder(town, _WHO)
        self._seen: object = None
        self._due = math.inf

    def keys(self) -> Iterable[Key]:
        """Return the one key."""
        return [Key(self.role, "hq")]

    def reconcile(self, key: Key) -> Settled:  # noqa: ARG002 - there is one
        """Repair what is missing, then let each convoy do what is its turn.

        Raises:
            BusyError: somebody is at what one of them needs.
        """
        seen = places.signature(self._town)
        if seen != self._seen or self._due <= self._town.clock():
            self._look()
            self._seen = seen
        wait = self._due - self._town.clock()
        return Settled() if wait == math.inf else Settled(again_in=max(wait, _SOONEST))

    def _look(self) -> None:
        for missing, members in self._missing().items():
            convoys.make_for(self._town, missing, members, _WHO)
        wait = self._feeder.feed()
        self._due = math.inf if wait is None else self._town.clock() + wait

    def _missing(self) -> dict[BeadId, list[Bead]]:
        """Return the convoys that beads on a hook name and the town does not have."""
        town = self._town.ledger.snapshot()
        found: dict[BeadId, list[Bead]] = {}
        for rig in self._town.rigs_here().values():
            now = self._town.ledger_at(rig).snapshot()
            for bead in now.all(Bead, status=(BeadStatus.HOOKED, BeadStatus.IN_PROGRESS)):
                if bead.convoy and town.find(bead.convoy) is None:
                    found.setdefault(BeadId.parse(bead.convoy), []).append(bead)
        return found
