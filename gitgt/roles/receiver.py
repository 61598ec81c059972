"""The receiver: where a town lives beside a server, what is pushed there is taken in."""

from __future__ import annotations

from collections.abc import Iterable

from gitgt.reactor.key import Key, Settled
from gitgt.services.server import arrivals
from gitgt.services.town import Town


class ReceiverRole:
    """Looks at the bare repository that one rig is served from, for each key."""

    role = "receiver"

    def __init__(self, town: Town) -> None:
        self._town = town

    def keys(self) -> Iterable[Key]:
        """Return one key for each rig; of most, nothing is served here."""
        return [Key(self.role, name) for name in self._town.rigs_here()]

    def reconcile(self, key: Key) -> Settled:
        """Take in what was pushed; send what was written here since.

        Raises:
            RefusedError: the server's own rules speak against what was written here.
        """
        arrivals.take_in(self._town, self._town.rig(key.name))
        return Settled()
