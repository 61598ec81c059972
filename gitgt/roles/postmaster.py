"""The postmaster: wakes who is idle and has mail, and makes visible what cannot be delivered.

It starts nobody: mail waits for whoever is there. At the end of a turn an agent's own taps
hand over what waits; the postmaster types one line to those that are idle, and no more.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gitgt.reactor.key import Key, Settled
from gitgt.services.mail import doorstep, nudges, rounds
from gitgt.services.town import Rig, Town

_OF_THE_TOWN: Final = "hq"
_SOONEST: Final = 1.0


class PostmasterRole:
    """Goes round one rig for each key, and round the town's own agents."""

    role = "postmaster"

    def __init__(self, town: Town) -> None:
        self._town = town

    def keys(self) -> Iterable[Key]:
        """Return one key for each rig; the town's own agents are ``hq``."""
        return [
            Key(self.role, _OF_THE_TOWN),
            *(Key(self.role, name) for name in self._town.rigs_here()),
        ]

    def reconcile(self, key: Key) -> Settled:
        """Set aside what is too late, send back what is for nobody, wake who is idle."""
        place: Rig | Town = self._town
        if key.name != _OF_THE_TOWN:
            place = self._town.rig(key.name)
        rounds.expire(self._town, place)
        if place is self._town:
            rounds.send_back(self._town)
            rounds.release_claims(self._town)
            rounds.call_for_help(self._town)
        waits = doorstep.ring_all(self._town, place)
        due = [each for each in (waits, self._next(place)) if each is not None]
        return Settled(again_in=min(due, default=None))

    def _next(self, place: Rig | Town) -> float | None:
        left = nudges.next_expiry(self._town, place)
        return None if left is None else max(left, _SOONEST)
