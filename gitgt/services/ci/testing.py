"""The gates on what a branch would bring, asked for by a push: verdicts as any the queue has.

What is tested is the tree that would land if the branch were alone in the queue, so the queue
need not test it again: a verdict belongs to what a gate sees, its definition and environment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final

from gitgt.errors import NotFoundError, RefusedError
from gitgt.git import access, rerere
from gitgt.git.merge import Conflict, Merger, know_nothing
from gitgt.git.recall import Recall
from gitgt.git.rerere import Memory
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.ci.plan import ASSIGNMENTS, RunGates
from gitgt.model.documents import Bead, MergeRequest
from gitgt.model.gate import Gate, Verdict
from gitgt.model.ids import is_bead_id
from gitgt.services import sharing, submit, target
from gitgt.services.ci.room import REMOTE, Room
from gitgt.services.gates import gate as gates
from gitgt.services.gates import gate_asked
from gitgt.services.gates.gate_asked import Answer, Place, Shown
from gitgt.services.gates.gate_runs import GateRuns
from gitgt.services.integration import branches
from gitgt.services.queue import conflicts, landed
from gitgt.services.queue.tuning import Rerere, tuning
from gitgt.values import dataclass

_SHORT: Final = 12
_END: Final = 2_000


@dataclass(frozen=True, slots=True)
class GatesSaid:
    """What the gates say of a branch. ``onto`` is the target that it was merged with, if any.

    In ``clash`` are the paths in which it conflicts with that: then nothing was run.
    """

    branch: str
    commit: str
    onto: str = ""
    request: MergeRequest | None = None
    answers: tuple[Answer, ...] = ()
    clash: tuple[str, ...] = ()
    shared: bool = True

    @property
    def called(self) -> str:
        """What was tested, in words."""
        what = f"{self.branch} at {self.commit[:_SHORT]}"
        return f"{what}, merged with {self.onto}" if self.onto else what


def asked(now: Snapshot) -> dict[str, MergeRequest]:
    """Return the requests that have not ended, by their branches."""
    return {each.branch: each for each in now.all(MergeRequest, status=submit.LIVE)}


def test(room: Room, wanted: RunGates, shown: Shown) -> GatesSaid:
    """Run the gates that have not spoken yet, and share what they said.

    Raises:
        NotFoundError: the commit is nowhere any more: something else was pushed over it.
        RefusedError: there are no gates, and nobody recorded that none are needed.
    """
    if not access.bring(room.repository, REMOTE, wanted.commit):
        raise NotFoundError(
            f"{wanted.commit[:_SHORT]} of {wanted.branch} is at {room.rig.origin} no more",
            hint="what was pushed over it has a pipeline of its own",
        )
    now = room.town.ledger_at(room.rig).snapshot()
    request = asked(now).get(wanted.branch)
    onto = "" if wanted.probe else _target(room, now, wanted.branch, request)
    chosen = _gates(room, now, onto or room.rig.branch)
    if wanted.probe:  # it asks for those alone, and for what they say now
        chosen = [each for each in chosen if each.is_remote] or chosen
    place = _place(room, now, wanted, onto)
    if isinstance(place, Conflict):
        return GatesSaid(wanted.branch, wanted.commit, onto, request, clash=place.paths)
    ask = partial(gate_asked.ask, room.town, room.rig, again=wanted.probe, shown=shown)
    answers, arrived = [], True
    for each in _answers(chosen, lambda gate: ask(gate, place)):
        answers.append(each)
        if each.fresh:  # before the next one: a pipeline may be ended at any moment
            arrived = sharing.exchange(room.town, room.rig, REMOTE)
    return GatesSaid(
        wanted.branch, wanted.commit, onto, request, tuple(answers), shared=arrived
    )


def _gates(room: Room, now: Snapshot, branch: str) -> Sequence[Gate]:
    found = gates.gates(room.town, room.rig)
    if not found and gates.covering(now, branch, "") is None:
        raise RefusedError(
            f"{room.rig.name} has no gate",
            hint=f"in the town: git gt gate add {room.rig.name} NAME -- COMMAND, "
            "and git gt ci install",
        )
    return found


def _target(room: Room, now: Snapshot, branch: str, request: MergeRequest | None) -> str:
    """Return where a branch is to land: as its request says, its bead, or else the rig."""
    if request is not None:
        return request.target
    named = branch.rpartition("/")[2] if branch.startswith(ASSIGNMENTS) else ""
    bead = now.find(named) if is_bead_id(named) else None
    if not isinstance(bead, Bead):
        return room.rig.branch
    return branches.place(room.town, room.rig, bead)


def _place(room: Room, now: Snapshot, wanted: RunGates, onto: str) -> Place | Conflict:
    repository, commit = room.repository, wanted.commit
    if not onto:
        return Place(commit, repository.tree_of(commit), f"{commit[:_SHORT]}")
    tip = target.tip(repository, onto)
    if tip is None:
        raise NotFoundError(
            f"{onto}, on which {wanted.branch} is to land, is gone from {room.rig.origin}"
        )
    merged = _merger(room, now, tip, onto).settle(tip, commit)
    if isinstance(merged, Conflict):
        return merged
    message = f"Merge {wanted.branch} into {onto}\n"
    made = repository.write_commit(merged.tree, [tip, commit], message, conflicts.COMMITTER)
    return Place(made, merged.tree, f"{commit[:_SHORT]} merged with {onto}")


def _merger(room: Room, now: Snapshot, tip: str, onto: str) -> Merger:
    """Return what merges as the refinery does: so its trees are these."""
    repository, how = room.repository, tuning(room.town, room.rig)
    applies = how.rerere is Rerere.APPLY and repository.ref(rerere.REF) is not None
    recall = Recall(Memory(repository)) if applies else know_nothing
    return Merger(
        repository, tip, conflicts.COMMITTER, recall, style=how.style,
        landed=landed.by_ledger(now, onto),
    )  # fmt: skip


def _answers(chosen: Sequence[Gate], ask: Callable[[Gate], Answer]) -> Iterator[Answer]:
    """Yield what gates say, phase by phase; after one that is red the later ones wait."""
    stopped: int | None = None
    for each in chosen:
        if stopped is not None and each.phase > stopped:
            return
        answer = ask(each)
        yield answer
        if answer.verdict is not Verdict.PASS and not each.quarantine:
            stopped = each.phase


def logs(room: Room, found: GatesSaid) -> dict[str, str]:
    """Return the end of what each red gate printed, by its name."""
    red = {each.gate: each.tree for each in found.answers if each.verdict is Verdict.FAIL}
    runs = GateRuns(room.town, room.rig)
    known = {each.name: each for each in gates.gates(room.town, room.rig)}
    said = {name: runs.log(tree, known[name]) for name, tree in red.items()}
    return {name: log[-_END:].strip() for name, log in said.items()}
