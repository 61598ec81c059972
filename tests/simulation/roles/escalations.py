"""Escalations: who hears of them, and how often."""

from __future__ import annotations

from tests.simulation.roles.role import RoleOfTheTown


class Escalations(RoleOfTheTown):
    """Looks after all calls for a person."""

    role = "escalations"

    def see_to_all(self) -> float | None:
        """See to the calls that nobody has answered."""
        return None
