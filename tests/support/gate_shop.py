"""A rig in a town of its own, whose gates are shell, run without a watcher or a queue."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from gitgt.git.repository import Repository
from gitgt.model.actor import Actor, Standing
from gitgt.model.gate import Evidence, Gate
from gitgt.model.queue.merge_acts import Run
from gitgt.services import install, rig
from gitgt.services.gates.gate_runs import GateRuns
from gitgt.services.rig import Wanted
from gitgt.services.town import Town
from tests.support.checkout import Checkout
from tests.support.waiting import until

TESS: Final = Actor("Tess Ter", "tess@example.com", Standing.PERSON)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_795_357_800.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


class GateShop:
    """A rig, and gates that are shell."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        root, _ = install.install(folder / "a town", TESS, self.clock)
        self.town = Town(root.root, self.clock)
        self.work = Checkout.init(folder / "shop")
        self.work.commit("price", "9\n")
        self.rig, _ = rig.add(self.town, Wanted("shop", str(self.work.path)), TESS)
        self.repository = Repository(self.rig.repository_path)

    def runs(self) -> GateRuns:
        """Return the runs of the rig, as somebody who has just come sees them."""
        return GateRuns(self.town, self.rig)

    def commit(self, name: str, text: str) -> str:
        """Commit a file, and return the commit, which the rig has too."""
        oid = self.work.commit(name, text)
        kept = f"HEAD:refs/keep/{oid}"
        self.work.git("push", "-q", str(self.repository.common), kept)
        return oid

    def begin(self, gate: Gate, commit: str = "") -> Run:
        """Start *gate* on a commit, else on the target."""
        at = commit or self.repository.resolve(self.rig.target)
        runs = self.runs()
        tree = runs.keys.scope(self.repository.tree_of(at), gate)
        run = Run(tree, gate.name, ("gt-mr-abc12",))
        runs.start(run, at, gate)
        return run

    def end(self, gate: Gate) -> None:
        """Wait until the run of *gate* has ended, and take it in."""
        until(lambda: self.runs().take_in({gate.name: gate}))

    def judge(self, script: str, commit: str = "", **more: Any) -> Evidence:
        """Return what a gate that is a shell script says of a commit, else of the target."""
        gate = shell(script, **more)
        run = self.begin(gate, commit)
        self.end(gate)
        return self.evidence(run, gate)

    def log(self, script: str, commit: str = "", **more: Any) -> str:
        """Return what a shell script prints as a gate that fails."""
        gate = shell(f"{script}\nexit 1", **more)
        run = self.begin(gate, commit)
        self.end(gate)
        return self.runs().log(run.tree, gate)

    def evidence(self, run: Run, gate: Gate) -> Evidence:
        """Return what a gate has said of the tree of a run."""
        return self.runs().evidence(run.tree, gate)

    @property
    def slot(self) -> Path:
        """The first slot."""
        return self.rig.path / "refinery" / "slot-0"

    @property
    def leftovers(self) -> list[Path]:
        """The folders of runs."""
        folder = self.repository.gt / "runs"
        return list(folder.iterdir()) if folder.exists() else []


def shell(script: str, name: str = "test", **more: Any) -> Gate:
    """Return a gate that is a shell script."""
    return Gate(name=name, command=("sh", "-c", script), **more)
