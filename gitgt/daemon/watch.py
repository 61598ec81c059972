"""The watcher of a town, in the foreground."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from gitgt.daemon import loop
from gitgt.daemon.acting import acting
from gitgt.daemon.assemble import assemble
from gitgt.daemon.instance import Instance
from gitgt.errors import SettingsError
from gitgt.reactor.key import Key
from gitgt.reactor.sources import Sources
from gitgt.services.deacon.heartbeat import Pulse
from gitgt.services.escalation import routing
from gitgt.services.queue import holding
from gitgt.services.scheduler import rules
from gitgt.services.sessions import runtimes
from gitgt.services.town import RIGS, Town
from gitgt.telemetry import logs

_LOG = logging.getLogger(__name__)
_OF_A_RIG = (
    "desk", "receiver", "witness", "refinery", "pull-requests", "issues", "radar", "relief",
    "keeper", "bookkeeper", "dispatcher", "postmaster", "deacon", "chores",
)  # fmt: skip
_OF_THE_TOWN = (
    "brake", "desk", "relief", "keeper", "bookkeeper", "scheduler", "convoys", "escalations",
    "postmaster", "dogs", "warrants", "deacon", "chores", "courier",
)  # fmt: skip
# They look at all ledgers together; for the dogs' events plugins wait.
_OF_ALL = ("scheduler", "convoys", "escalations", "dogs", "courier")


def watch(
    town: Town,
    *,
    ready: Callable[[], None] = lambda: None,
    ending: Callable[[], None] = lambda: None,
) -> None:
    """Be the watcher of *town* until a signal asks for the end.

    *ready* is called once it watches, *ending* when its person interrupts it.

    Raises:
        LeaseHeldError: another process is.
    """
    with Instance(town.gt).held():
        logs.keep(town.gt / "log")
        ready()
        eyes, pulse = Eyes(town), Pulse(town.gt)
        town.events.append("watcher.started", "watcher", {"pid": os.getpid()})
        stop = loop.Stop(eyes.sources.poke, ending)
        with stop.on_signals(), acting(town.gt, waits=lambda: not stop) as mine:
            if mine:
                loop.run(
                    assemble(town, ending=lambda: bool(stop), watching=True),
                    eyes.sources,
                    stop=stop,
                    route=eyes.route,
                    beat=pulse.beat_in,
                )
                holding.leave(town)
        pulse.end()
        town.events.append("watcher.stopped", "watcher", {"pid": os.getpid()})


class Eyes:
    """What is watched in a town, and whom a change concerns."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._rigs: dict[Path, str] = {}
        self._files: list[Path] = []
        self.sources = Sources()
        self._follow()

    def route(self, place: Path, _notes: Sequence[str]) -> Iterable[Key] | None:
        """Return the keys that a change at *place* concerns; None for all of them.

        A queue may wait for a bead of any other ledger, and asks the town's for its gates;
        that is where the mail of all rigs' agents is, too.
        """
        if place in self._files:
            self._follow_anew()
            return None
        queues = (Key("refinery", rig) for rig in self._rigs.values())
        name = self._rigs.get(place)
        if name is None:
            own = (Key(role, "hq") for role in _OF_THE_TOWN)
            mail = (Key("postmaster", rig) for rig in self._rigs.values())
            return [*own, *queues, *mail]
        everywhere = (Key(role, "hq") for role in _OF_ALL)
        return [*(Key(role, name) for role in _OF_A_RIG), *queues, *everywhere]

    def _follow(self) -> None:
        """Keep an eye on the repositories of all rigs that there are now."""
        rigs, self._files = self._town.rigs().values(), self._settings()
        # One without a ledger too: a desk may bring it back.
        self._rigs = {rig.repository_path: rig.name for rig in rigs if rig.is_here}
        self.sources.follow([self._town.repository.common, *self._rigs], self._files)

    def _follow_anew(self) -> None:
        """Follow what the settings say now; while they are spoiled, what they said before."""
        try:
            self._follow()
        except SettingsError as error:  # the roles meet it too, and tell
            _LOG.warning("spoiled settings", extra={"why": error.message})

    def _settings(self) -> list[Path]:
        rigs = [self._town.root / rig.settings_name for rig in self._town.rigs().values()]
        own = (RIGS, runtimes.NAME, rules.NAME, *routing.NAMES)
        return [*(self._town.root / name for name in own), *rigs]
