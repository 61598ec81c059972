"""The invariants of a simulated town, looked for in a real one: in its ledger and its refs."""

from __future__ import annotations

from collections import Counter

from gitgt.ledger.snapshot import Snapshot
from gitgt.model.documents import Bead, Escalation, MergeRequest
from gitgt.services.agents.hook import held
from gitgt.services.gates import gate
from gitgt.services.gates.gate_runs import GateRuns
from gitgt.services.sessions import sessions
from gitgt.services.town import Rig, Town
from tests.support.checkout import Checkout

_OURS = "@gitgt.invalid"


def check(town: Town, rig: Rig) -> None:
    """Check what has to hold at any moment; cheap enough to be done again and again."""
    now = town.ledger_at(rig).snapshot()
    on = Counter(address for address, _ in held(now))
    assert not [address for address, many in on.items() if many > 1]  # T1
    live = [each for each in sessions.look_all(rig).values() if each.state == "running"]
    assert len(live) <= sessions.limit(rig)  # T8
    for bead in now.all(Bead, status="blocked"):
        assert any(each.about == bead.id for each in now.all(Escalation)), bead.id  # T9


def check_all(town: Town, rig: Rig) -> None:
    """Check everything, of a town in which nothing goes on any more."""
    check(town, rig)
    now = town.ledger_at(rig).snapshot()
    _keeps_all_work(rig)
    _landed_once(rig, now)
    _main_was_tested(town, rig, now)


def _keeps_all_work(rig: Rig) -> None:
    """T3: no commit that an agent made is kept by nothing; what merges it made is ours."""
    repository = Checkout(rig.repository_path)
    told = repository.git("fsck", "--unreachable", "--no-reflogs", "--no-progress")
    gone = [line.split()[-1] for line in told.splitlines() if " commit " in line]
    lost = [
        name
        for name in gone
        for parents, email in [
            repository.git("show", "-s", "--format=%P%n%ce", name).split("\n")
        ]
        if len(parents.split()) == 1 and ".polecats." in email and email.endswith(_OURS)
    ]
    assert not lost, f"nothing keeps {lost}"


def _landed_once(rig: Rig, now: Snapshot) -> None:
    """T4 and T5: each closed bead landed once, and the target has it."""
    landed = [each for each in now.all(MergeRequest) if each.status == "landed"]
    assert Counter(each.source for each in landed).most_common(1)[0][1] == 1
    by_bead = {each.source: each for each in landed}
    tip = now.repository.ref("refs/heads/main")
    assert tip is not None
    for bead in now.all(Bead, status="closed"):
        if bead.landed:
            request = by_bead[str(bead.id)]
            assert now.repository.is_ancestor(bead.landed, tip), bead.id
            assert now.repository.is_ancestor(request.head, tip), bead.id
    subjects = Checkout(rig.repository_path).git("log", "--format=%H", "main").splitlines()
    assert {each.landed for each in landed} <= {*subjects}


def _main_was_tested(town: Town, rig: Rig, now: Snapshot) -> None:
    """T6: every tree that the target was brought to has passed all gates."""
    runs, gates = GateRuns(town, rig), gate.gates(town, rig)
    reflog = Checkout(rig.repository_path).git("log", "-g", "--format=%H %gs", "main")
    moves = [line.split(" ", 1) for line in reflog.splitlines()]
    brought = [commit for commit, why in moves if why.startswith("land ")]
    has_landed = any(each.status == "landed" for each in now.all(MergeRequest))
    assert bool(brought) == has_landed, "the reflog does not tell what has landed"
    for commit in brought:
        tree = now.repository.tree_of(commit)
        for each in gates:
            assert runs.evidence(tree, each).passes, f"{commit} landed untested by {each.name}"
