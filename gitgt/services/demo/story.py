"""The story: what is prepared, three acts, and how it has to end."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import field
from typing import Final

from gitgt.errors import EnvironmentProblemError
from gitgt.git.command import git
from gitgt.ledger import layout
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.ids import BeadId
from gitgt.resources import demo
from gitgt.runtime.held import is_held
from gitgt.services.agents.hook import hooks, submitted
from gitgt.services.convoy import convoys
from gitgt.services.demo.hand import Hand
from gitgt.services.demo.narrator import Narrator
from gitgt.services.gates.gate_runs import GateRuns
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

AGENTS: Final = ("toast", "nux", "slit")
CLEAN: Final = ("sh-coins", "sh-dozen")
COLLIDING: Final = ("sh-count", "sh-money")
WAITING: Final = ("sh-low00", "sh-thous", "sh-list0", "sh-owing")
KEY: Final = "sh-seek1"  # the four before wait for it, so they land with it, as one batch
ALL: Final = (*CLEAN, *COLLIDING, *WAITING, KEY)
_LOOK_EVERY: Final = 0.03
_PATIENCE: Final = 90.0


@dataclass
class Story:
    """A story that is played in a folder of its own."""

    hand: Hand
    convoy: str = ""
    _turns: Counter[str] = field(default_factory=Counter)
    told: Narrator = field(init=False)
    town: Town = field(init=False)
    rig: Rig = field(init=False)

    def play(self) -> None:
        """Play it to the end.

        Raises:
            EnvironmentProblemError: it does not go on.
        """
        self.prepare()
        self.act("a clean change, and one that fails its gate", CLEAN)
        self.act("two agents rewrite the same lines", COLLIDING)
        self.hand.say("-- a batch of five with a culprit in it, and a watcher that dies")
        self._hand_out(WAITING, "--force")
        self._until(lambda: submitted(self._now).issuperset(WAITING))
        self._hand_out([KEY])
        self._until(self._gate_is_running)
        self._kill_watcher()
        self._until(lambda: self._closed(ALL) and self._convoy_landed())

    def prepare(self) -> None:
        """Make project, town, rig, gate, agents and beads."""
        hand = self.hand
        shutil.copytree(demo() / "shop", hand.place / "shop")
        hand.types("init", "--quiet", "--initial-branch=main", where="shop")
        hand.types("add", "--all", where="shop")
        hand.types("commit", "--quiet", "--message", "Open the shop", where="shop")
        hand.types("gt", "install", str(hand.place / "gt"))
        hand.types(
            "gt", "rig", "add", "shop", str(hand.place / "shop"), "--prefix", "sh", where="gt"
        )
        tests = (sys.executable, "-B", "-m", "unittest", "-q")
        hand.types("gt", "gate", "add", "shop", "tests", "--", *tests, where="gt")
        agent = shlex.join(("sh", str(demo() / "agents/polecat.sh")))
        hand.types("gt", "config", "agent", "set", "scripted", agent, where="gt")
        hand.types("gt", "config", "default-agent", "scripted", where="gt")
        hand.types("gt", "up", where="gt")
        self.town = Town(hand.place / "gt")
        self.rig = self.town.rig("shop")
        self.told = Narrator(self.town, self.rig, hand.say)
        self._write_beads()

    def _write_beads(self) -> None:
        desk = self.rig.desk
        for path in sorted((demo() / "beads").glob("*.yaml")):
            place = desk / layout.path_of(BeadId(path.stem))
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, place)
        self.hand.types("add", "items", where="gt/shop/beads")
        self.hand.types(
            "commit",
            "--quiet",
            "--message",
            "What to do before the holidays",
            where="gt/shop/beads",
        )
        self._until(lambda: all(self._now.find(bead) for bead in ALL))
        said = self.hand.types(
            "gt", "convoy", "create", "Before the holidays", *sorted(ALL), where="gt"
        )
        self.convoy = said.split()[0]

    def act(self, title: str, beads: Sequence[str]) -> None:
        """Let agents work on *beads*, and wait until all have landed."""
        self.hand.say(f"-- {title}")
        self._hand_out(beads)
        self._until(lambda: self._closed(beads))

    def _hand_out(self, beads: Sequence[str], *options: str) -> None:
        """Sling each to whoever has nothing on the hook."""
        for bead in beads:
            self._until(lambda: bool(self._idle()))
            name = min(self._idle(), key=self._turns.__getitem__)
            self._turns[name] += 1
            to = f"{self.rig.name}/{name}"
            self.hand.types("gt", "sling", bead, to, "--no-convoy", *options, where="gt")

    def _idle(self) -> list[str]:
        busy = hooks(self._now)
        return [name for name in AGENTS if f"{self.rig.name}/polecats/{name}" not in busy]

    def _until(self, so: Callable[[], bool]) -> None:
        """Tell what happens until *so*."""
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            self.told.look()
            if so():
                self.told.look()
                return
            time.sleep(_LOOK_EVERY)
        raise EnvironmentProblemError(
            "the story does not go on", hint=f"git -C '{self.town.root}' gt feed --plain"
        )

    def _gate_is_running(self) -> bool:
        return any(GateRuns(self.town, self.rig).running())

    def _kill_watcher(self) -> None:
        pid = int((self.town.gt / "watch.pid").read_text().split()[0])
        self.hand.say(f"$ kill -9 {pid}  (the watcher)")
        os.kill(pid, signal.SIGKILL)
        self._until(lambda: not is_held(self.town.gt / "watch.lock"))  # it dies when it can
        self.hand.types("gt", "up", where="gt")

    def _closed(self, beads: Sequence[str]) -> bool:
        return all(self._now.bead(bead).is_closed for bead in beads)

    def _convoy_landed(self) -> bool:
        return convoys.show(self.town, self.convoy).convoy.is_closed

    @property
    def _now(self) -> Snapshot:
        return self.town.ledger_at(self.rig).snapshot()

    def graph(self) -> str:
        """Return the history of the target as git draws it."""
        argv = ("log", "--graph", "--oneline", self.rig.branch, "--")
        return git(*argv, cwd=self.rig.repository_path).decode(errors="replace")
