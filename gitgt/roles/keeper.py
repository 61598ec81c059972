"""The keeper: begins again whom ``up`` has begun, and who ended against their will."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gitgt.reactor.key import Key, Settled
from gitgt.services import freeze, rig_state, uptime
from gitgt.services.town import Rig, Town
from gitgt.services.uptime import keeping

_HQ: Final = "hq"


class KeeperRole:
    """Keeps up those whom people talk to in one rig, or in the town, for each key."""

    role = "keeper"

    def __init__(self, town: Town) -> None:
        self._town = town

    def keys(self) -> Iterable[Key]:
        """Return one key for each rig; the town's own is ``hq``."""
        return [Key(self.role, name) for name in (_HQ, *self._town.rigs_here())]

    def reconcile(self, key: Key) -> Settled:
        """Begin who is to be begun again, and be back when the next one is due.

        Raises:
            BusyError: somebody is at what that needs.
        """
        place: Rig | Town = self._town if key.name == _HQ else self._town.rig(key.name)
        rig = place if isinstance(place, Rig) else None
        if freeze.frozen(self._town, rig) or uptime.is_down(self._town):
            return Settled()  # a thaw wakes us, and whoever comes up
        if rig is not None and rig_state.is_off(self._town, rig):
            return Settled()
        return Settled(again_in=keeping.keep(self._town, place))
