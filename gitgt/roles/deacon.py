"""The deacon: looks after the town's plumbing.

Hooks that other tools replace are chained again, wisps and archived mail go when their time is
over, timers of formula gates open when theirs is, and a molecule ends with its last step,
however that ended. Agents that answer nothing, work that was given back, and hooks of agents
that are gone are seen to on its patrols.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gitgt.git import githooks
from gitgt.model.actor import Actor
from gitgt.reactor.key import Key, Settled
from gitgt.services import install, rig, wisps
from gitgt.services.deacon import patrol, pausing
from gitgt.services.formula import gates, steps
from gitgt.services.mail import retention
from gitgt.services.town import Rig, Town

_WHO: Final = Actor.role("deacon")
_SOONEST: Final = 1.0
_SWEEPS_EVERY: Final = 600.0  # of old mail


class DeaconRole:
    """Looks after one repository for each key."""

    role = "deacon"

    def __init__(self, town: Town) -> None:
        self._town = town
        self._seen: dict[str, object] = {}
        self._next_sweep = 0.0
        self._mail_due: float | None = None

    def keys(self) -> Iterable[Key]:
        """Return one key for each repository; the town's own is ``hq``."""
        return [
            Key(self.role, "hq"),
            *(Key(self.role, name) for name in self._town.rigs_here()),
        ]

    def reconcile(self, key: Key) -> Settled:
        """See to hooks, wisps, timers, old mail and agents; be back when the next is due.

        While it is paused, git hooks are mended and gates of formulas opened, and no more.

        Raises:
            GtError: an act of its patrol could not be done.
        """
        found = None if key.name == "hq" else self._town.rig(key.name)
        self._tend_hooks(key, found)
        _, timer = gates.sweep(self._town, [found])
        steps.finish(self._town, [found], _WHO)
        now = self._town.clock()
        if pausing.paused(self._town):
            return self._settled(None if timer is None else timer - now)
        _, wisp = wisps.sweep(self._town, [found], _WHO)
        mail = self._sweep_mail() if found is None else None
        due = [each - now for each in (wisp, timer, mail) if each is not None]
        again = patrol.patrol(self._town, found) if found else None
        return self._settled(*due, again)

    def _settled(self, *waits: float | None) -> Settled:
        soonest = min((each for each in waits if each is not None), default=None)
        return Settled(again_in=None if soonest is None else max(soonest, _SOONEST))

    def _sweep_mail(self) -> float | None:
        """Let go of old mail, now and then: to look takes longer the more there is."""
        now = self._town.clock()
        if now >= self._next_sweep:
            due = retention.sweep(self._town, _WHO)
            self._mail_due, self._next_sweep = due, now + _SWEEPS_EVERY
        return None if self._mail_due is None else max(self._mail_due, self._next_sweep)

    def _tend_hooks(self, key: Key, found: Rig | None) -> None:
        """Repair the hooks if something touched them since they were last seen whole."""
        common = self._town.ledger_at(found).repository.common
        if self._seen.get(key.name) == githooks.signature(common):
            return
        if found is None:
            install.set_up_hooks(self._town)
        else:
            rig.set_up_hooks(self._town, found)
        self._seen[key.name] = githooks.signature(common)
