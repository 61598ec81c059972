"""A rig whose people submit branches."""

from __future__ import annotations

from typing import Any

from gitgt.ledger.verdicts import Verdicts
from gitgt.model.gate import gate_hash
from gitgt.model.ids import BeadId
from gitgt.model.lifecycle import BeadVerb
from gitgt.services import beads, submit
from gitgt.services.gates import gate
from gitgt.services.gates.gate_keys import environment
from gitgt.services.submit import Submission
from gitgt.services.town import Rig
from tests.support.checkout import Checkout
from tests.support.town import TESS, TownBuilder


class Shop:
    """A rig whose people submit branches; ``FIXME`` in a list is what its gate refuses."""

    def __init__(self, town: TownBuilder, rig: Rig) -> None:
        self.town = town
        self.rig = rig
        self.work = Checkout(town.folder / f"work on {rig.name}")
        town.repo(rig).git("worktree", "add", "-q", "--detach", str(self.work.path), "main")

    def ask(self, title: str, files: dict[str, str], **fields: Any) -> BeadId:
        """Submit a branch with one commit."""
        bead = self.town.bead(self.rig, title, **fields)
        mine = {"assignee": f"{self.rig.name}/crew/tess"}
        beads.change(self.town.town, bead.id, TESS, "sling", mine, verb=BeadVerb.SLING)
        self.again(bead.id, title, files)
        return bead.id

    def again(self, bead: BeadId, title: str, files: dict[str, str]) -> None:
        """Submit another branch for a bead."""
        branch = f"crew/tess-{bead}"
        self.work.git("switch", "-q", "-C", branch, "main")
        for name, text in files.items():
            self.work.write(name, text)
        self.work.git("add", "-A")
        self.work.git("commit", "-q", "--allow-empty", "-m", title)
        submit.submit(self.town.town, Submission(bead, branch, self.work.head), TESS)
        self.work.git("switch", "-q", "--detach", "main")

    def status(self, *names: BeadId) -> list[str]:
        """Return how the requests of beads stand."""
        return [self.town.request(self.town.now(name)).status for name in names]

    @property
    def landed(self) -> list[str]:
        """The titles of what has landed, the oldest first."""
        return [each.partition(" (")[0] for each in self.town.main(self.rig) if " (" in each]

    @property
    def runs(self) -> dict[str, list[str]]:
        """The verdicts on each tree, in their order."""
        found: dict[str, list[str]] = {}
        verdicts = Verdicts(self.town.ledger(self.rig).repository)
        (only,) = gate.gates(self.town.town, self.rig)
        digest = gate_hash(only, environment())
        repo = self.town.repo(self.rig)
        names = repo.git("ls-tree", "-r", "--name-only", "refs/gt/verdicts").splitlines()
        for name in names:
            if name.endswith(digest):
                tree = name.replace("/", "").removesuffix(f"-{digest}")
                said = verdicts.records(tree, digest)
                found[tree] = [each["verdict"] for each in said]
        return found


def file(name: str, text: str = "fine\n") -> dict[str, str]:
    """Return one file by its name."""
    return {f"{name}.txt": text}
