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
            members = [self.town.find(name) for name in each.members]
            if members and all(bead is not None and bead.is_closed for bead in members):
                row = each.machine.after(each.status, "close")
                done = each.replace(status=ConvoyStatus(row.target), reason="all are closed")
                self.town.write(_WHO, None, f"convoy {each.id} landed", done)
                self.acted()
        return None
