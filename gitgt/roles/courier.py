"""The courier: sees to it that shared ledgers are exchanged with their remotes, one by one.

It waits for nobody: a child talks to each remote, and leaves a note when it has ended.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gitgt.reactor.key import Key, Settled
from gitgt.services.courier import Courier
from gitgt.services.town import Town

_HQ: Final = "hq"
# A child that was killed together with its shim leaves no note; the kernel's word is asked.
_UNTIL_ASKED: Final = 10.0


class CourierRole:
    """Exchanges all ledgers of the town that are shared: they take turns."""

    role = "courier"

    def __init__(self, town: Town) -> None:
        self._courier = Courier(town)

    def keys(self) -> Iterable[Key]:
        """Return the one key."""
        return [Key(self.role, _HQ)]

    def reconcile(self, key: Key) -> Settled:  # noqa: ARG002 - there is only one
        """Begin what is due, and be back when the next one is."""
        if not self._courier.is_wanted:
            return Settled()
        found = self._courier.look()
        for name in found.begin:
            self._courier.begin(name)
        waits = [found.again_in, _UNTIL_ASKED if found.begin or found.flying else None]
        return Settled(again_in=min((each for each in waits if each is not None), default=None))
