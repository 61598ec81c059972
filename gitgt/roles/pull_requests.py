"""Pull requests: sees to it that the forge of each rig is asked when there is reason to.

It waits for nobody: a child asks, writes what it heard into the ledger, and leaves a note.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gitgt.reactor.key import Key, Settled
from gitgt.services.forge.asking import PULL_REQUESTS, Asking, about_pull_requests
from gitgt.services.forge.settings import place_of
from gitgt.services.town import Town

# A child that was killed together with its shim leaves no note; the kernel's word is asked.
_UNTIL_ASKED: Final = 5.0


class PullRequestsRole:
    """Asks the forge of one rig for each key."""

    role = "pull-requests"

    def __init__(self, town: Town) -> None:
        self._town = town

    def keys(self) -> Iterable[Key]:
        """Return one key for each rig."""
        return [Key(self.role, name) for name in self._town.rigs_here()]

    def reconcile(self, key: Key) -> Settled:
        """Take in what was asked, and ask again if it is time; an idle rig costs nothing."""
        rig = self._town.rig(key.name)
        place = place_of(self._town, rig)
        if place is None:
            return Settled()
        asking = Asking(self._town, rig, PULL_REQUESTS)
        if asking.goes_on():
            return Settled(again_in=_UNTIL_ASKED)
        about = about_pull_requests(self._town, rig, place)
        due = asking.due_in(about, place.poll) if about else None
        if due == 0:
            asking.start(about)
            return Settled(again_in=_UNTIL_ASKED)
        return Settled(again_in=due)
