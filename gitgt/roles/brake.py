"""The brake: sees that sessions stand still while the town is frozen, and go on afterwards."""

from __future__ import annotations

from collections.abc import Iterable

from gitgt.reactor.key import Key, Settled
from gitgt.services.freeze import stopping
from gitgt.services.town import Town


class BrakeRole:
    """Does again what an emergency stop or a thaw does, which may have been killed at it."""

    role = "brake"

    def __init__(self, town: Town) -> None:
        self._town = town

    def keys(self) -> Iterable[Key]:
        """Return the one key: what is frozen is written down in one place."""
        return [Key(self.role, "hq")]

    def reconcile(self, key: Key) -> Settled:  # noqa: ARG002 - there is one
        """Bring all sessions in line with what is frozen."""
        stopping.settle(self._town)
        return Settled()
