"""The towers of Hanoi as a molecule, and an agent that does it and may be killed at any time.

The agent is a process of its own, ``python -m tests.support.hanoi TOWN ROOT``: it looks what
can be done, does the first of it, says so on stdout, and goes on.
"""

from __future__ import annotations

import os
import re
import signal
import statistics
import subprocess
import sys
import time
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Final

from gitgt.model.actor import Actor, Standing
from gitgt.model.ids import BeadId
from gitgt.services import install, rig
from gitgt.services.formula import molecules, steps
from gitgt.services.formula.library import Formulas
from gitgt.services.rig import Wanted
from gitgt.services.town import Town
from tests.support.checkout import Checkout
from tests.support.world import ROOT

_WHO: Final = Actor.agent("shop/polecats/hanoi")
_TESS: Final = Actor("Tess Ter", "tess@example.com", Standing.PERSON)
_PEGS: Final = re.compile(r"peg (\d) to peg (\d)")


class Tower:
    """A town with one rig and one molecule, and the agent's lives."""

    def __init__(self, folder: Path, disks: int) -> None:
        self.disks = disks
        self.steps = 2**disks + 1
        self.killed = self.started = 0
        self._town, _ = install.install(folder / "town", _TESS, time.time)
        project = Checkout.init(folder / "project")
        project.commit("README.md", "# Towers\n")
        self._rig, _ = rig.add(self._town, Wanted("shop", str(project.path)), _TESS)
        self._root = BeadId("")

    def pour(self) -> None:
        """Make the molecule."""
        cooked = Formulas(self._town).cook("towers-of-hanoi", {"disks": str(self.disks)})
        self._root = molecules.pour(self._town, self._rig, cooked, _WHO).id

    def run_until(self, count: int | None, *, grace: float = 0.0) -> None:
        """Start the agent; kill it once *count* steps are done, or let it come to the end."""
        argv = [sys.executable, "-m", "tests.support.hanoi", str(self._town.root), self._root]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        self.started += 1
        with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, env=env) as agent:
            assert agent.stdout is not None
            for line in agent.stdout:
                if count is not None and int(line) >= count:
                    self._kill(agent, grace)
                    return
        assert agent.returncode == 0

    def _kill(self, agent: subprocess.Popen[str], grace: float) -> None:
        """Let it go on for a moment, so that it is in the middle of something; kill it."""
        try:
            agent.wait(grace)
        except subprocess.TimeoutExpired:
            agent.send_signal(signal.SIGKILL)
            self.killed += 1

    def history(self) -> list[str]:
        """Return the steps in the order in which the ledger's history says they were done."""
        return self._trailers("Gt-Step")

    def _trailers(self, key: str) -> list[str]:
        form = f"--format=%(trailers:key={key},valueonly,separator=%x2C)"
        log = Checkout(self._rig.repository_path).git("log", "--reverse", form, "beads")
        return [line for line in log.splitlines() if line]

    def faults(self) -> list[str]:
        """Return what is not as it should be: nothing."""
        done = self.history()
        wanted = [f"{self._root}.{number}" for number in range(1, self.steps + 1)]
        found = [] if done == wanted else [f"done: {len(done)}, and not each once in its turn"]
        seen = molecules.view(self._town, self._root)
        if not (seen.survey.is_complete and seen.root.is_closed):
            found.append(f"{seen.survey.done} of {self.steps} steps are done")
        return [*found, *self._moved_wrongly(done)]

    def _moved_wrongly(self, done: list[str]) -> list[str]:
        """Move the disks as the steps say, in the order of the history."""
        now = self._town.ledger_at(self._rig).snapshot()
        pegs = {"1": list(range(self.disks, 0, -1)), "2": [], "3": []}
        for name in done:
            move = _PEGS.search(now.from_index(name).title)
            if move is not None:
                pegs[move[2]].append(pegs[move[1]].pop())
        tidy = all(low > high for peg in pegs.values() for low, high in pairwise(peg))
        moved = sorted(len(peg) for peg in pegs.values()) == [0, 0, self.disks]
        return [] if tidy and moved and not pegs["1"] else [f"the disks stand so: {pegs}"]

    def pace(self) -> float:
        """Return how long a step took, in seconds: the median of the time between commits."""
        times = [datetime.fromisoformat(at).timestamp() for at in self._trailers("Gt-At")]
        return statistics.median(later - sooner for sooner, later in pairwise(times[-200:]))


def work(town: Town, root: BeadId) -> None:
    """Do what can be done until nothing is left."""
    while True:
        seen = molecules.view(town, root)
        ready = seen.ready(_WHO.address)
        if not ready:
            return
        steps.done(town, BeadId(ready[0].id), _WHO, steps.Ending())
        print(seen.survey.done + 1, flush=True)  # noqa: T201 - its maker reads along


if __name__ == "__main__":
    work(Town(Path(sys.argv[1])), BeadId.parse(sys.argv[2]))
