"""Convoys: close what has arrived."""

from __future__ import annotations

from gitgt.model.actor import Actor
from gitgt.model.documents import Convoy
from gitgt.model.lifecycle import ConvoyStatus
from tests.simulation.roles.role import RoleOfTheTown

_WHO = Actor.role("convoys")


class Convoys(RoleOfTheTown):
    """Looks after all convoys together."""

    role = "convoys"

    def see_to_all(self) -> float | None:
        """Close the convoys of which all members are closed."""
        for each in list(self.town.hq.all(Convoy, "open")):
            if all(self._is_closed(name) for name in each.members):
                row = each.machine.after(each.status, "close")
                done = each.replace(status=ConvoyStatus(row.target), reason="all are closed")
                self.town.write(_WHO, None, f"convoy {each.id} landed", done)
                self.acted()
        return None

    def _is_closed(self, name: str) -> bool:
        found = self.town.find(name)
        return found is not None and found.is_closed
