"""What a replay came to, read from the ledger and the target: nothing is counted on the way."""

from __future__ import annotations

from gitgt.git.bulk import differences, read_commits
from gitgt.git.command import attempt, git
from gitgt.ledger.verdicts import REF as VERDICTS
from gitgt.model.documents import MergeRequest, Waiver
from gitgt.model.event import Event
from gitgt.model.lifecycle import MergeStatus
from gitgt.services.replay.stage import Stage
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Return:
    """A bead that came back, and why."""

    bead: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The numbers at the end."""

    steps: int
    merges: int
    landed: int
    empty: int  # brought nothing that was not there: closed without a commit
    returns: tuple[Return, ...]
    gate_runs: int
    waived: int  # landed although its tree is red, under a waiver of its own
    unlike: tuple[bytes, ...]  # the paths in which the target is not the original
    seconds: float

    @property
    def is_same(self) -> bool:
        """Tell whether everything landed and the last tree is the original's."""
        return self.landed + self.empty == self.steps and not self.unlike


def count(stage: Stage, seconds: float) -> Tally:
    """Count what *stage* has come to."""
    ledger = stage.town.ledger_at(stage.rig)
    now = ledger.snapshot()
    ended = list(now.all(MergeRequest, status=(MergeStatus.LANDED, MergeStatus.NO_OP)))
    landed = sum(request.status == MergeStatus.LANDED for request in ended)
    waivers = [waiver for waiver in now.all(Waiver) if waiver.tree]
    return Tally(
        steps=len(stage.history.steps),
        merges=sum(bool(step.own) for step in stage.history.steps),
        landed=landed,
        empty=len(ended) - landed,
        returns=tuple(_returns(stage, ledger.ref)),
        gate_runs=_gate_runs(stage),
        waived=len(waivers),
        unlike=tuple(sorted(_unlike(stage))),
        seconds=seconds,
    )


def _returns(stage: Stage, ref: str) -> list[Return]:
    """Return what was sent back, the oldest first."""
    argv = ("log", "--reverse", "--format=%B%x00", "--grep=^send back", ref, "--")
    messages = git(*argv, cwd=stage.rig.repository_path).decode(errors="replace").split("\0")
    events = [Event.parse(message.strip()) for message in messages if message.strip()]
    return [
        Return(event.beads[0], event.subject.partition(": ")[2])
        for event in events
        if event.name == "bead.sent-back"
    ]


def _gate_runs(stage: Stage) -> int:
    counted = attempt("rev-list", "--count", VERDICTS, "--", cwd=stage.rig.repository_path)
    return int(counted.stdout) if counted.ok else 0


def _unlike(stage: Stage) -> list[bytes]:
    path = stage.rig.repository_path
    tip = stage.town.ledger_at(stage.rig).repository.ref(stage.rig.target)
    assert tip is not None
    tree = read_commits(path, [tip])[tip].tree
    return list(differences(path, [(tree, stage.history.end)])[0])
