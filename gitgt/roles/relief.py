"""Relief: whoever has handed over is ended, and another session goes on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gitgt.model.dispatch import SessionState
from gitgt.reactor.key import Key, Settled
from gitgt.services import freeze, uptime
from gitgt.services.handoff import relief
from gitgt.services.sessions import sessions
from gitgt.services.town import Rig, Town

_HQ: Final = "hq"
# A session that was killed together with its shim leaves no note; the kernel's word is asked.
_UNTIL_ASKED: Final = 5.0


class ReliefRole:
    """Sees to the handoffs of one rig, or of the town, for each key."""

    role = "relief"

    def __init__(self, town: Town) -> None:
        self._town = town

    def keys(self) -> Iterable[Key]:
        """Return one key for each rig; the town's own is ``hq``."""
        names = (_HQ, *self._town.rigs_here())
        return [Key(self.role, name) for name in names]

    def reconcile(self, key: Key) -> Settled:
        """Note who has ended, end who has handed over, and let others go on.

        Raises:
            GtError: a successor cannot be had, and why.
        """
        place: Rig | Town = self._town if key.name == _HQ else self._town.rig(key.name)
        seen = sessions.look_all(place)
        sessions.tell_ended(self._town, place, seen)
        rig = place if isinstance(place, Rig) else None
        if freeze.frozen(self._town, rig) or uptime.is_down(self._town):
            return Settled()  # a thaw wakes us, and whoever comes up
        for seat, record in relief.relieve(self._town, place):
            relief.succeed(self._town, seat, record)
        runs = any(each.state is SessionState.RUNNING for each in seen.values())
        return Settled(again_in=_UNTIL_ASKED if runs else None)
