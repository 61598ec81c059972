"""The feeder: whatever is ready gets onto the hook of whoever is free."""

from __future__ import annotations

from gitgt.model.actor import Actor
from tests.simulation import verbs
from tests.simulation.roles.role import Role
from tests.simulation.town import Rig

_WHO = Actor.role("scheduler")


class Feeder(Role):
    """Slings what is ready in a rig."""

    role = "feeder"

    def see_to(self, rig: Rig) -> float | None:
        """Sling as much as there is room for."""
        busy = {address for address, _ in rig.ledger.held()}
        free = [each for each in rig.polecats if each not in busy][: rig.limit]
        if not free or not rig.ready:
            return None
        ready = sorted(
            (rig.ledger.bead(each) for each in rig.ready),
            key=lambda bead: (bead.priority, bead.created_at, bead.id),
        )
        for bead in ready:
            if not free:
                break
            if self.town.calls_about(rig, bead.id):
                continue
            verbs.sling(self.town, rig, bead.id, free.pop(0), _WHO)
            self.acted()
        return None
