"""Warrants: agents that are to be ended are asked first, and waited for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gitgt.reactor.key import Key, Settled
from gitgt.services.town import Town
from gitgt.services.warrants import dance

_SOONEST: Final = 1.0


class WarrantsRole:
    """Sees to all warrants of the town together: so many are asked at once, and no more."""

    role = "warrants"

    def __init__(self, town: Town) -> None:
        self._town = town

    def keys(self) -> Iterable[Key]:
        """Return the only key: warrants are in the town's ledger."""
        return [Key(self.role, "hq")]

    def reconcile(self, key: Key) -> Settled:  # noqa: ARG002 - there is one
        """Take each warrant as far as it goes now.

        Raises:
            BusyError: somebody begins or ends a session just now.
        """
        due = dance.drive(self._town)
        if due is None:
            return Settled()
        return Settled(again_in=max(due - self._town.clock(), _SOONEST))
