"""The smallest town that can replay a history: a bare repository, sandboxes, a merge.

It keeps to the order of the plan and to nothing else: which steps are worked on at the same
time, and which of them lands first, is drawn by lot.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

from gitgt.git.bulk import differences, read_commits
from gitgt.git.merge import Conflict, Merged, Merger
from gitgt.git.repository import Repository, Signature
from gitgt.git.steps import read_history
from gitgt.model.replay.replay import History, Step
from gitgt.services.replay.agent import work
from gitgt.services.replay.sandbox import Sandbox
from tests.support.checkout import Checkout


@dataclass
class Miniature:
    """A rig on which the steps of a history land."""

    rig: Checkout
    history: History
    lots: random.Random
    back: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, source: Path, place: Path, lots: random.Random) -> Miniature:
        """Set it up beside the repository at *source*, whose objects it borrows."""
        rig = Checkout(place / "rig.git")
        rig.path.mkdir(parents=True)
        rig.git("init", "-q", "--bare", "-b", "unused")
        borrowed = Checkout(source).git(
            "rev-parse", "--path-format=absolute", "--git-path", "objects"
        )
        (rig.path / "objects/info/alternates").write_text(f"{borrowed}\n")
        history = read_history(source)
        rig.git("hash-object", "-t", "tree", "-w", "--stdin")
        start = rig.git("commit-tree", history.start, "-m", "Start")
        rig.git("update-ref", "refs/heads/main", start)
        return cls(rig, history, lots)

    @property
    def main(self) -> str:
        """Where the target stands."""
        return self.rig.git("rev-parse", "refs/heads/main")

    @property
    def unlike(self) -> list[bytes]:
        """The paths in which the target is not what must come out."""
        tree = read_commits(self.rig.path, [self.main])[self.main].tree
        return sorted(differences(self.rig.path, [(tree, self.history.end)])[0])

    def run(self, *, workers: int) -> None:
        """Land every step."""
        landed: set[int] = set()
        at_work: dict[int, str] = {}
        while len(landed) < len(self.history.steps):
            ready = [
                step
                for step in self.history.steps
                if step.number not in landed | at_work.keys() and landed.issuperset(step.needs)
            ]
            if ready and len(at_work) < workers and (not at_work or self.lots.random() < 0.7):
                step = self.lots.choice(ready[: 2 * workers])
                at_work[step.number] = self.brought(step, again=False)
                continue
            number = self.lots.choice(sorted(at_work))
            self.land(self.history.steps[number], at_work.pop(number))
            landed.add(number)

    def land(self, step: Step, head: str) -> None:
        """Merge what was brought; what conflicts goes back, once."""
        merged = self.merged(head)
        if isinstance(merged, Conflict):
            self.back.append(step.number)
            head = self.brought(step, again=True)
            merged = self.merged(head)
        assert isinstance(merged, Merged), f"step {step.number} conflicts again"
        parents = ("-p", self.main, "-p", head)
        made = self.rig.git("commit-tree", merged.tree, *parents, "-m", f"Land {step.number}")
        self.rig.git("update-ref", "refs/heads/main", made)

    def merged(self, head: str) -> Merged | Conflict:
        """Merge as the refinery does."""
        return Merger(Repository(self.rig.path), self.main, Signature("", "", 0)).merge(
            self.main, head
        )

    def brought(self, step: Step, *, again: bool) -> str:
        """Let the agent work on *step* in its sandbox, and return what it brought."""
        path = self.rig.path.parent / f"sandbox {step.number}"
        if not path.exists():
            branch = f"polecat/toast/gt-{step.number:05}"
            self.rig.git("worktree", "add", "-q", "-b", branch, str(path), "refs/heads/main")
        sandbox = Sandbox.at(path, "refs/heads/main")
        work(sandbox, step, f"gt-{step.number:05}", attempt=2 if again else 1)
        return Checkout(path).head
