"""The radar: tells agents that are about to collide, before they finish."""

from __future__ import annotations

from collections.abc import Iterable

from gitgt.model.dispatch import is_polecat
from gitgt.model.radar.radar import Live, Standing
from gitgt.reactor.key import Key, Settled
from gitgt.services.agents import wip
from gitgt.services.radar import radar_nudges
from gitgt.services.radar.radar import Picture, Radars
from gitgt.services.sessions import sessions
from gitgt.services.town import Rig, Town


class RadarRole:
    """Looks at the branches of one rig for each key."""

    role = "radar"

    def __init__(self, town: Town, radars: Radars) -> None:
        self._town = town
        self._radars = radars
        self._told: dict[str, Picture] = {}

    def keys(self) -> Iterable[Key]:
        """Return one key for each rig."""
        return [Key(self.role, name) for name in self._town.rigs_here()]

    def reconcile(self, key: Key) -> Settled:
        """Try what has moved, and note who is to be told; a long list is done bit by bit."""
        rig = self._town.rig(key.name)
        seen = self._radars.of(rig).look()
        if self._told.get(key.name) is not seen:
            radar_nudges.record(rig, seen)
            self._told[key.name] = seen
        if seen.left:
            return Settled(again_in=0.0)
        # What is saved of a session's worktree moves no branch, so nothing wakes us.
        drafts = any(_is_at_work(rig, each) for each in seen.live)
        return Settled(again_in=wip.SAVE_EVERY if drafts else None)


def _is_at_work(rig: Rig, each: Live) -> bool:
    if each.standing is not Standing.WORKING or not is_polecat(each.agent):
        return False
    return sessions.is_running(rig, each.agent)
