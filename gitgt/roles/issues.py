"""Issues: sees to it that the forge of each rig is asked about them, where the settings say so.

It waits for nobody: a child asks, writes what it heard into the ledger, and leaves a note.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gitgt.reactor.key import Key, Settled
from gitgt.services.forge.asking import ISSUES, Asking
from gitgt.services.forge.issues.viewing import about_issues
from gitgt.services.forge.settings import place_of
from gitgt.services.town import Town

# A child that was killed together with its shim leaves no note; the kernel's word is asked.
_UNTIL_ASKED: Final = 5.0


class IssuesRole:
    """Asks the forge of one rig for each key."""

    role = "issues"

    def __init__(self, town: Town) -> None:
        self._town = town
        self._known: dict[str, tuple[tuple[str | None, ...], str]] = {}

    def keys(self) -> Iterable[Key]:
        """Return one key for each rig."""
        return [Key(self.role, name) for name in self._town.rigs_here()]

    def reconcile(self, key: Key) -> Settled:
        """Take in what was asked, and ask again if it is time, or something is to be told."""
        rig = self._town.rig(key.name)
        place = place_of(self._town, rig)
        if place is None or place.issues is None:
            return Settled()
        asking = Asking(self._town, rig, ISSUES)
        if asking.goes_on():
            return Settled(again_in=_UNTIL_ASKED)
        about = about_issues(self._town, rig, place, self._known)
        poll = place.issues.poll
        due = asking.due_in(about, poll) if about or poll is not None else None
        if due == 0:
            asking.start(about)
            return Settled(again_in=_UNTIL_ASKED)
        return Settled(again_in=due)
