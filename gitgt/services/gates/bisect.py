"""Which landing made a target red, and what takes it back.

Verdicts that are known are used, those that are missing are made and kept: so what the queue
has tested costs nothing here, and what is tested here costs the queue nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final

from gitgt.errors import GitFailedError, NotFoundError, RefusedError
from gitgt.git.authorship import landings
from gitgt.git.merge import reverted
from gitgt.git.repository import Repository, Signature
from gitgt.git.transaction import RefMove, move_refs
from gitgt.model.actor import Actor
from gitgt.model.bisect import gap, next_look
from gitgt.model.documents import Bead, WorkType
from gitgt.model.gate import Evidence, Gate, Verdict
from gitgt.model.lifecycle import BeadStatus
from gitgt.model.queue.merge_acts import Run
from gitgt.model.queue.merge_message import brought_by
from gitgt.services import beads
from gitgt.services.gates import gate as gates
from gitgt.services.gates.executor import look_every
from gitgt.services.gates.gate_runs import GateRuns
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

# Runs of a queue that is nobody's: the refinery takes their verdicts in, and stops none.
_QUEUE: Final = "bisect"
_FAR: Final = 1000
_LIVE: Final = tuple(
    str(each) for each in BeadStatus if each not in (BeadStatus.CLOSED, BeadStatus.TOMBSTONE)
)


@dataclass(frozen=True, slots=True)
class Culprit:
    """The first commit on a target that a gate says no to, and the one before."""

    rig: str
    gate: str
    good: str
    bad: str
    subject: str
    bead: str
    tested: int
    between: tuple[str, ...] = ()

    @property
    def before(self) -> str:
        """Where the landing before left the target, whatever is known of it."""
        return self.between[-1] if self.between else self.good

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "rig": self.rig, "gate": self.gate, "good": self.good, "bad": self.bad,
            "subject": self.subject, "bead": self.bead, "tested": self.tested,
            "between": list(self.between),
        }  # fmt: skip


def find(
    town: Town, rig: Rig, gate: Gate, *, good: str = "", told: Callable[[str], None]
) -> Culprit:  # fmt: skip
    """Return the landing since which *gate* is red on the target of *rig*.

    *good* is a commit on which it passes; without one, the latest that is known to pass. *told*
    hears what is being tested.

    Raises:
        RefusedError: the target is not red, or the gate could not run.
        NotFoundError: no commit is known to pass.
    """
    search = _Search(town, rig, gate, told)
    chain = search.chain(good)
    verdicts: list[Verdict | None] = [search.known(each) for each in chain]
    for end in (len(chain) - 1, 0):
        verdicts[end] = search.judge(chain[end])
    if verdicts[-1] is not Verdict.FAIL:
        raise RefusedError(
            f"{gate.name} is not red on {rig.branch}: {verdicts[-1]}",
            hint=f"git gt gate why {rig.name} {rig.branch}",
        )
    if verdicts[0] is not Verdict.PASS:
        raise RefusedError(
            f"{gate.name} does not pass on {chain[0][:12]}: {verdicts[0]}",
            hint="name an older commit: --good COMMIT",
        )
    while (number := next_look(verdicts)) is not None:
        verdicts[number] = search.judge(chain[number])
    found = gap(verdicts)
    assert found is not None
    return search.culprit(chain, *found)


class _Search:
    def __init__(
        self, town: Town, rig: Rig, gate: Gate, told: Callable[[str], None]
    ) -> None:  # fmt: skip
        self._rig = rig
        self._gate = gate
        self._gates = {each.name: each for each in gates.gates(town, rig)}
        self._told = told
        self._tested = 0
        self._runs = GateRuns(town, rig, _QUEUE)
        self._repository = town.ledger_at(rig).repository

    def chain(self, good: str) -> list[str]:
        """Return where each landing left the target, from a commit that is good on."""
        found = landings(self._repository, self._rig.target, limit=_FAR)
        commits = [each.commit for each in found]
        if good:
            hint = f"git -C {self._repository.common} log --first-parent --oneline"
            try:
                wanted = self._repository.resolve(good)
            except GitFailedError as error:
                raise NotFoundError(
                    f"{self._rig.name} has no commit {good!r}",
                    hint=f"{hint} {self._rig.branch}",
                ) from error
            if wanted not in commits:
                raise NotFoundError(
                    f"{good} is not on the first-parent chain of {self._rig.branch}",
                    hint=f"{hint} {self._rig.branch}",
                )
            since = commits.index(wanted)
            ends = [each.commit for each in found[:since] if each.ends]
            return [*ends, wanted][::-1]
        ends = [each.commit for each in found if each.ends]
        for number, each in enumerate(ends):
            if self.known(each) is Verdict.PASS:
                return ends[: number + 1][::-1]
        raise NotFoundError(
            f"no commit on {self._rig.branch} is known to pass {self._gate.name}",
            hint="name one: --good COMMIT",
        )

    def known(self, commit: str) -> Verdict | None:
        """Return what the gate has said of a commit's tree."""
        return self._evidence(commit).verdict

    def _evidence(self, commit: str) -> Evidence:
        return self._runs.evidence(self._repository.tree_of(commit), self._gate)

    def judge(self, commit: str) -> Verdict:
        """Return what the gate says of a commit's tree; it is run if that is not known."""
        before = self._evidence(commit)
        if before.verdict in (Verdict.PASS, Verdict.FAIL):
            return before.verdict
        self._tested += 1
        self._told(f"{self._gate.name} on {commit[:12]}")
        tree = self._repository.tree_of(commit)
        run = Run(self._runs.keys.scope(tree, self._gate), self._gate.name)
        pause = threading.Event()
        while not self._runs.start(run, commit, self._gate):
            self._runs.take_in(self._gates)
            pause.wait(look_every(self._gate))
        while run in self._runs.running():
            self._runs.take_in(self._gates)  # the queue's own, too, which end meanwhile
            pause.wait(look_every(self._gate))
        return self._evidence(commit).verdict or Verdict.COULD_NOT_RUN

    def culprit(self, chain: list[str], good: int, bad: int) -> Culprit:
        """Return what is known of the first bad one."""
        message = self._repository.message_of(chain[bad])
        return Culprit(
            self._rig.name, self._gate.name, chain[good], chain[bad],
            message.partition("\n")[0], _bead(message), self._tested,
            tuple(chain[good + 1 : bad]),
        )  # fmt: skip


def _bead(message: str) -> str:
    """Return the bead that a landing's trailers name; empty if it is no landing of ours."""
    rows = (row.partition(": ") for row in message.splitlines())
    return brought_by((key, value) for key, _, value in rows).get("bead", "")


def take_back(town: Town, rig: Rig, culprit: Culprit, who: Actor) -> tuple[Bead, str]:
    """Make an urgent bead, and a branch with the commit that reverts the culprit; once.

    Raises:
        RefusedError: what came later stands on it.
    """
    repository = town.ledger_at(rig).repository
    onto = repository.resolve(rig.target)
    tree = reverted(repository, culprit.before, culprit.bad, onto)
    if tree is None:
        raise RefusedError(
            f"{culprit.bad[:12]} cannot be reverted by itself: what came later stands on it",
            hint=f"in a worktree of your own: git revert {_words(repository, culprit)}",
        )
    said = f"{culprit.gate} is red since {culprit.bad[:12]}, and passes on {culprit.good[:12]}."
    bead = _asked(town, rig, culprit)
    if bead is not None and repository.ref(f"refs/heads/revert/{bead.id}") is not None:
        return bead, f"revert/{bead.id}"
    if bead is None:
        fields = {"title": _title(culprit), "type": "bug", "priority": 0}
        bead = beads.create(town, rig, who, {**fields, "description": said})
    what = f"commit {culprit.bad}"
    if culprit.before not in repository.parents_of(culprit.bad):
        what = f"commits {culprit.before}..{culprit.bad}"
    text = f'Revert "{culprit.subject}"\n\n{said}\n\nThis reverts {what}.\n'
    me = Signature(who.address, who.email, int(town.clock()))
    commit = repository.write_commit(tree, [onto], text, me)
    branch = f"revert/{bead.id}"
    move_refs(repository, [RefMove(f"refs/heads/{branch}", None, commit)], why="take back")
    return bead, branch


def _title(culprit: Culprit) -> str:
    return f"Revert {culprit.subject}"[:200]


def _asked(town: Town, rig: Rig, culprit: Culprit) -> Bead | None:
    """Return the bead that asks for the culprit to be taken back already, if there is one."""
    for each in town.ledger_at(rig).snapshot().all(Bead, type=WorkType.BUG, status=_LIVE):
        if each.title == _title(culprit) and culprit.bad[:12] in each.description:
            return each
    return None


def _words(repository: Repository, culprit: Culprit) -> str:
    """Return what to hand to ``git revert``: a merge, a commit, or several of them."""
    bad, parents = culprit.bad[:12], repository.parents_of(culprit.bad)
    if len(parents) > 1:
        return f"-m 1 {bad}"
    return bad if culprit.before in parents else f"{culprit.before[:12]}..{bad}"
