"""A rig whose gate runs on the runners of a forge of the test's own."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from gitgt.ledger import codec
from gitgt.model.gate import Evidence, Gate
from gitgt.model.queue.merge_acts import Run
from gitgt.reactor.key import Key, Settled
from gitgt.roles.refinery import RefineryRole
from gitgt.services import rig
from gitgt.services.gates import gate, probe_round
from gitgt.services.gates.gate_runs import GateRuns
from gitgt.services.gates.probe_branch import PROBE_BRANCH
from gitgt.services.gates.probe_round import Done
from gitgt.services.rig import Wanted
from tests.support import forge_program
from tests.support.checkout import Checkout
from tests.support.forge import PROJECT, Forge, configure, serving
from tests.support.forge_runners import Runners
from tests.support.pull_requests import _Short
from tests.support.shop import Shop
from tests.support.sitting import running
from tests.support.town import TESS, TownBuilder
from tests.support.waiting import until

COMMAND = ("sh", "check.sh")
_GATE: dict[str, Any] = {"name": "check", "command": [*COMMAND], "runs": "forge", "timeout": 60}
_PROJECT = {
    "prices.txt": "apple 3\n",
    "check.sh": '#!/bin/sh\n! grep -rn FIXME --include="*.txt" .\n',
    ".github/workflows/ci.yml": "on: push\n",
}
_PROGRAMS = {"gitlab": "glab", "gitea": "tea"}


class RunnerShop(Shop):
    """The rig ``shop``, its forge and that one's runners."""

    def __init__(self, town: TownBuilder, monkeypatch: pytest.MonkeyPatch) -> None:
        self._stack = ExitStack()
        project = Checkout.init(town.folder / "projects" / "shop")
        for name, text in _PROJECT.items():
            project.commit(name, text)
        bare = town.folder / "the forge" / "shop.git"
        bare.parent.mkdir()
        argv = ["git", "clone", "-q", "--bare", str(project.path), str(bare)]
        subprocess.run(argv, check=True)
        self.forge = Forge(bare)
        self.runners = self.forge.runners = Runners(bare, COMMAND)
        self.socket = Path(self._stack.enter_context(_Short()), "gh")
        self._stack.enter_context(serving(self.forge, self.socket))
        for name, value in configure(town.folder / "gh", self.socket).items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("GH_HOST")
        made, _ = rig.add(town.town, Wanted("shop", str(bare)), TESS)
        super().__init__(town, made)
        town.clock.now = time.time()  # whoever is let ask the forge has a clock of its own
        self._role = RefineryRole(town.town)
        self.statuses()

    def close(self) -> None:
        """End the forge."""
        self._stack.close()

    def settings(self, runners: dict[str, Any], **more: Any) -> None:
        """Commit what the rig's settings say."""
        found = {"gates": [_GATE], "runners": {"poll": 5, **runners}, **more}
        path = self.town.town.root / self.rig.settings_name
        path.write_bytes(codec.emit(found, order=tuple(found)))
        here = Checkout(self.town.town.root)
        here.git("add", self.rig.settings_name)
        here.git("commit", "-q", "--allow-empty", "-m", "set the rig up")

    def statuses(self, kind: str = "github", by: str = "github-actions", **more: Any) -> None:
        """Let verdicts be read from what the forge says of commits."""
        where: dict[str, Any] = {"kind": kind, "host": f"{kind}.com", "project": PROJECT}
        if kind in _PROGRAMS:
            argv = [sys.executable, forge_program.__file__, str(self.socket), _PROGRAMS[kind]]
            where["command"] = argv
        self.runners.app = by
        self.settings({"answers": "statuses", "believe": [by], **more}, forge=where)

    def here(self) -> None:
        """Let the gate run here after all."""
        self.settings({}, gates=[{**_GATE, "runs": "here"}])

    def commit(self, name: str, text: str) -> str:
        """Return a commit on top of the target, which the rig has."""
        self.work.git("switch", "-q", "--detach", "main")
        return self.work.commit(name, text)

    def records(self) -> None:
        """Let runners write what they find into the verdicts ref."""
        self.settings({"answers": "verdicts"})
        self.runners.records = self.gate

    # --- what our side does

    @property
    def gate(self) -> Gate:
        """The gate."""
        (only,) = gate.gates(self.town.town, self.rig)
        return only

    @property
    def queue(self) -> GateRuns:
        """The runs of the rig, as somebody who has just come sees them."""
        return GateRuns(self.town.town, self.rig)

    def begin(self, commit: str = "") -> Run:
        """Ask for the gate on a commit, else on the target."""
        repository = self.town.town.ledger_at(self.rig).repository
        at = commit or repository.resolve(self.rig.target)
        run = Run(repository.tree_of(at), "check", ("sh-mr-abc12",))
        assert self.queue.start(run, at, self.gate)
        return run

    def begin_again(self) -> Run:
        """Take in what did not come to an answer, and return what was asked."""
        (live,) = self.queue.live()
        assert self.take_in()
        return live.run

    @property
    def target(self) -> str:
        """Where the target stands."""
        return self.town.repo(self.rig).git("rev-parse", "main")

    def sync(self) -> Done:
        """Ask the forge once."""
        return probe_round.sync(self.town.town, self.rig)

    def take_in(self) -> bool:
        """Take in what was answered."""
        return self.queue.take_in({"check": self.gate})

    def evidence(self, run: Run) -> Evidence:
        """Return what the gate has said of the tree of a run."""
        return self.queue.evidence(run.tree, self.gate)

    def look(self) -> Settled:
        """Let the refinery look once, and whoever it lets ask the forge end."""
        found = self._role.reconcile(Key("refinery", "shop"))
        until(lambda: not running(self.town.town))
        self.runners.look()
        return found

    def restart(self) -> None:
        """Forget everything that a watcher keeps in memory."""
        self._role = RefineryRole(self.town.town)

    def settle(self) -> None:
        """Go on as the watcher does, until there is nothing to wait for."""
        for _ in range(40):
            before = self._state()
            found = self.look()
            if self._state() == before:
                if found.again_in is None:
                    return
                self.town.clock.advance(found.again_in)
        raise AssertionError("the queue does not settle")

    def _state(self) -> list[Any]:
        ledger = self.town.town.ledger_at(self.rig)
        return [ledger.repository.refs("refs/"), [*self.runners.ran], len(self.queue.live())]

    @property
    def branches(self) -> list[str]:
        """The commits of the probes that stand at the forge."""
        said = Checkout(self.forge.repository).git(
            "for-each-ref", "--format=%(refname:short)", f"refs/heads/{PROBE_BRANCH}"
        )
        return [each.removeprefix(PROBE_BRANCH) for each in said.split()]
