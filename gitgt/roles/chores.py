"""Chores: what keeps the repositories in order, light ones here and heavy ones as a child."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Final

from gitgt.errors import BusyError, GtError
from gitgt.model import chores as rules
from gitgt.model.chores import Do
from gitgt.reactor.key import Key, Settled
from gitgt.services import freeze
from gitgt.services.dogs import chores, heavy
from gitgt.services.town import Rig, Town

_LOG = logging.getLogger(__name__)
_HQ: Final = "hq"
# Notes come by the dozen; so often at the most it is looked whether there is something to do.
_LOOK_EVERY: Final = 600.0
_SOONEST: Final = 60.0


class ChoresRole:
    """Looks after one repository for each key."""

    role = "chores"

    def __init__(self, town: Town) -> None:
        self._town = town
        self._next: dict[str, float] = {}
        self._since = town.clock()

    def keys(self) -> Iterable[Key]:
        """Return one key for each repository; the town's own is ``hq``."""
        return [Key(self.role, name) for name in (_HQ, *self._town.rigs_here())]

    def reconcile(self, key: Key) -> Settled:
        """Do what there is to do, if it was not looked just now."""
        rig = None if key.name == _HQ else self._town.rig(key.name)
        now = self._town.clock()
        if freeze.frozen(self._town, rig):
            return Settled()
        if now < self._next.get(key.name, 0.0):
            return Settled(again_in=self._next[key.name] - now)
        return self._see_to(key, rig, now)

    def _see_to(self, key: Key, rig: Rig | None, now: float) -> Settled:
        busy = heavy.is_running(self._town) or chores.is_busy(self._town, rig)
        opens = chores.opens_at(self._town, rig)
        found = chores.facts(self._town, rig, since=self._since)
        do, at = rules.plan(found, now=now, busy=busy, opens_at=opens)
        for each in do:
            self._do(rig, each)
        wait = None if at is None else max(at - now, _SOONEST)
        self._next[key.name] = now + min(_LOOK_EVERY, wait or _LOOK_EVERY)
        return Settled(again_in=wait)

    def _do(self, rig: Rig | None, what: Do) -> None:
        try:
            if what.chore in rules.HEAVY:
                heavy.start(self._town, rig, what.chore)
            else:
                chores.do(self._town, rig, what.chore)
        except BusyError as error:
            _LOG.info("a chore waits", extra={"chore": what.chore, "why": error.message})
        except GtError as error:  # noted, and a person is told if it goes on
            said = {"chore": what.chore, "place": what.place, "why": error.message}
            _LOG.warning("a chore failed", extra=said)
