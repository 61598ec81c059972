"""The scheduler: gives out what waits for a place, while there is one."""

from __future__ import annotations

from collections.abc import Iterable

from gitgt.reactor.key import Key, Settled
from gitgt.services.scheduler import dispatching
from gitgt.services.town import Town


class SchedulerRole:
    """Looks at all rigs together: they share the town's places."""

    role = "scheduler"

    def __init__(self, town: Town) -> None:
        self._town = town

    def keys(self) -> Iterable[Key]:
        """Return the one key."""
        return [Key(self.role, "hq")]

    def reconcile(self, key: Key) -> Settled:  # noqa: ARG002 - there is one
        """Give out what there is room for.

        Raises:
            BusyError: somebody is at what is needed; the others were done.
            SettingsError: nobody can tell how many places there are.
        """
        _, again_at = dispatching.run(self._town)
        if again_at is None:
            return Settled()
        return Settled(again_in=max(0.0, again_at - self._town.clock()))
