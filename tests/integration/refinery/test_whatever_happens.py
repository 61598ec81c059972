"""People, agents, other programs and deaths act on one rig in any order: what always holds."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from gitgt.ledger.verdicts import Verdicts
from gitgt.model.documents import MergeRequest, Outcome
from gitgt.model.gate import gate_hash
from gitgt.model.ids import BeadId
from gitgt.model.lifecycle import MergeStatus
from gitgt.services import beads
from gitgt.services.gates import gate
from gitgt.services.gates.gate_keys import environment
from gitgt.services.queue import steering
from gitgt.services.submit import LIVE, PIN
from tests.support.death import DEATH
from tests.support.shop import Shop, file
from tests.support.town import TESS, TownBuilder

BAD = "FIXME\n"
STEPS = 14


class Story:
    """A rig to which anything happens, and what must hold of it."""

    def __init__(self, town: TownBuilder, seed: int) -> None:
        self.town = town
        self.shop = Shop(town, town.rig())
        self.repo = town.repo(self.shop.rig)
        self.lots = random.Random(seed)
        self.asked: list[BeadId] = []
        self.pushed: list[str] = []
        self.taken_off: list[str] = []
        self.stood = [self.tip]
        self.told: list[str] = []

    @property
    def tip(self) -> str:
        """Where the target stands."""
        return self.repo.git("rev-parse", "main")

    def requests(self) -> list[MergeRequest]:
        """Return all requests that there are."""
        return list(self.town.ledger(self.shop.rig).all(MergeRequest))

    def one(self, *status: MergeStatus) -> MergeRequest | None:
        """Draw a request in one of these states."""
        found = sorted((each for each in self.requests() if each.status in status), key=str)
        return self.lots.choice(found) if found else None

    def act(self) -> None:
        """Let something happen, and the refinery look at it, or die while it does."""
        happens = self.lots.choice(HAPPENINGS)
        self.told.append(happens.__name__)
        happens(self)
        with DEATH.before(self.lots.choice([0, 0, 3, 11, 40])):
            self.town.turn()
        if DEATH.came:
            self.town.restart()
        self.check()

    def check(self) -> None:
        """Check the invariants that hold between any two acts."""
        self._check_target()
        found = self.requests()
        sources = [each.source for each in found]
        assert sorted(sources) == sorted(set(sources)) == sorted(self.asked), self.told
        pins = dict(
            reversed(row.split())  # type: ignore[misc]
            for row in self.repo.git(
                "for-each-ref", "--format=%(objectname) %(refname)", PIN
            ).splitlines()
        )
        for each in found:
            if each.status in LIVE:
                assert pins[f"{PIN}{each.id}"] == each.head, self.told
            if each.status == MergeStatus.LANDED:
                assert self.has(each.landed), self.told
                assert self.has(each.head), self.told

    def _check_target(self) -> None:
        """Check that it stood only where others put it, or on what has passed."""
        [check] = gate.gates(self.town.town, self.shop.rig)
        digest = gate_hash(check, environment())
        verdicts = Verdicts(self.town.ledger(self.shop.rig).repository)
        log = self.repo.git("reflog", "show", "--format=%H %T", "main")
        for commit, tree in (row.split() for row in log.splitlines()):
            said = [each["verdict"] for each in verdicts.records(tree, digest)]
            assert commit in self.stood or "pass" in said, (commit, self.told)
        assert all(self.has(each) for each in self.pushed), self.told
        assert not any(self.has(each) for each in self.taken_off), self.told

    def has(self, commit: str) -> bool:
        """Tell whether the target has a commit."""
        return not self.repo.attempt("merge-base", "--is-ancestor", commit, "main").returncode

    def put(self, commit: str) -> None:
        """Move the target past the queue."""
        self.repo.git("update-ref", "refs/heads/main", commit)
        self.stood.append(commit)


def somebody_submits(story: Story) -> None:
    number = len(story.asked)
    good = story.lots.random() < 0.7
    name = "list" if story.lots.random() < 0.2 else f"file{number}"
    text = f"{number}\n" if good else BAD
    story.asked.append(story.shop.ask(f"bead {number}", file(name, text)))


def somebody_revises(story: Story) -> None:
    back = story.one(MergeStatus.REJECTED, MergeStatus.CONFLICT, MergeStatus.QUEUED)
    if back is None or story.town.now(back.source).is_closed:
        return
    if back.revision < 4:
        story.shop.again(back.source, "again", file(f"again{back.source}"))


def a_branch_is_deleted(story: Story) -> None:
    if (found := story.one(MergeStatus.QUEUED)) is not None:
        story.repo.attempt("branch", "-q", "-D", found.branch)


def a_branch_is_forced(story: Story) -> None:
    if (found := story.one(MergeStatus.QUEUED)) is not None:
        story.repo.git("update-ref", f"refs/heads/{found.branch}", story.tip)


def somebody_pushes(story: Story) -> None:
    work = story.shop.work
    work.git("switch", "-q", "--detach", "main")
    made = work.commit(f"pushed{len(story.stood)}.txt", "fine\n")
    story.put(made)
    story.pushed.append(made)


def somebody_takes_that_back(story: Story) -> None:
    if story.pushed and story.tip == story.pushed[-1]:
        gone = story.pushed.pop()
        story.put(story.repo.git("rev-parse", f"{gone}~1"))
        story.taken_off.append(gone)
        story.shop.work.git("switch", "-q", "--detach", "main")


def somebody_withdraws(story: Story) -> None:
    if (found := story.one(MergeStatus.QUEUED)) is not None:
        name = BeadId.parse(found.source)
        beads.close(story.town.town, name, TESS, outcome=Outcome.CANCELLED, reason="not needed")


def somebody_jumps(story: Story) -> None:
    if (found := story.one(MergeStatus.QUEUED)) is not None:
        steering.jump(story.town.town, found.id, TESS)


def somebody_is_held(story: Story) -> None:
    if (found := story.one(MergeStatus.QUEUED)) is not None:
        steering.hold(story.town.town, found.id, "wait", TESS)


def whoever_is_held_may_go(story: Story) -> None:
    for each in story.requests():
        if each.held and each.status in LIVE:
            steering.unhold(story.town.town, each.id, TESS)


def all_that_runs_ends(story: Story) -> None:
    story.town.settle()


HAPPENINGS: list[Callable[[Story], None]] = [
    somebody_submits, somebody_submits, somebody_submits, somebody_revises,
    a_branch_is_deleted, a_branch_is_forced, somebody_pushes, somebody_takes_that_back,
    somebody_withdraws, somebody_jumps, somebody_is_held, whoever_is_held_may_go,
    all_that_runs_ends,
]  # fmt: skip


@pytest.mark.parametrize("seed", [3, 108])
def test_in_whatever_order_it_happens(town, seed):
    story = Story(town, seed)
    for _ in range(STEPS):
        story.act()
    whoever_is_held_may_go(story)
    town.settle()
    story.check()
    ended = {
        MergeStatus.LANDED, MergeStatus.NO_OP, MergeStatus.WITHDRAWN, MergeStatus.REJECTED,
        MergeStatus.CONFLICT,
    }  # fmt: skip
    assert {each.status for each in story.requests()} <= ended, story.told
    for each in story.requests():
        if each.status == MergeStatus.REJECTED and "bring back" not in each.reason:
            assert "FIXME" in each.findings
    if story.repo.git("for-each-ref", "refs/gt/verdicts"):
        said = story.shop.runs.values()
        assert all(len(each) <= 2 + each.count("pass") for each in said), said
    assert story.repo.git("fsck", "--strict", "--no-dangling") == ""
    assert story.repo.git("for-each-ref", "refs/gt/intent") == ""
