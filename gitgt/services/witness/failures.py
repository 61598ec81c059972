"""How often a bead was given up: what whoever gives out work asks before trying again."""

from __future__ import annotations

from gitgt.services.town import Rig, Town


def failures_of(town: Town, rig: Rig, bead: str) -> int:
    """Return how often *bead* was given up since a person last let it be tried.

    Each is as many sessions as one agent may have for it. At ``dispatch.MAX_FAILURES`` it is
    blocked; ``git gt bead update BEAD --status open`` lets it be tried, and counts anew.

    Raises:
        NotFoundError: there is no such bead.
    """
    return town.ledger_at(rig).snapshot().bead(bead).failures
