"""The target went red from outside: which landing was it, and what takes it back."""

from __future__ import annotations

import pytest

from gitgt.errors import NotFoundError, RefusedError
from gitgt.ledger.verdicts import Verdicts
from gitgt.model.gate import gate_hash
from gitgt.model.queue.merge_acts import Run
from gitgt.services.gates import bisect, gate
from gitgt.services.gates.gate_keys import environment
from gitgt.services.gates.gate_runs import GateRuns
from tests.support.checkout import Checkout
from tests.support.town import TESS
from tests.support.waiting import until


@pytest.fixture
def shop(town):
    return town.rig()


@pytest.fixture
def commits(town, shop):
    """Eight commits past the refinery, of which the fifth is bad."""
    work = Checkout(town.folder / "work")
    town.repo(shop).git("worktree", "add", "-q", "--detach", str(work.path), "main")
    for number in range(8):
        work.commit(f"{number}.txt", "FIXME\n" if number == 4 else "fine\n")
    town.repo(shop).git("update-ref", "refs/heads/main", work.head)
    return town.repo(shop).git("rev-list", "--reverse", "-9", "main").split()


def find(town, shop, told=str, **how):
    (only,) = gate.gates(town.town, shop)
    return bisect.find(town.town, shop, only, told=told, **how)


def test_the_landing_is_found_by_halving_and_what_is_known_is_not_tested_again(
    town, shop, commits
):
    told = []
    found = find(town, shop, told.append, good=commits[0])
    assert (found.good, found.bad, found.between) == (commits[4], commits[5], ())
    assert found.tested == len(told) == 5  # both ends, and three of the seven between
    again = find(town, shop)
    assert (again.good, again.bad, again.tested) == (commits[4], commits[5], 0)


def test_its_revert_is_a_branch_with_an_urgent_bead_and_the_gate_passes_on_it(
    town, shop, commits
):
    found = find(town, shop, good=commits[0])
    bead, branch = bisect.take_back(town.town, shop, found, TESS)
    assert (bead.priority, bead.type) == (0, "bug")
    assert bead.title == f"Revert {found.subject}"
    repo = town.repo(shop)
    assert branch == f"revert/{bead.id}"
    assert repo.git("diff", "--name-status", "main", branch) == "D\t4.txt"
    assert repo.git("rev-parse", f"{branch}^") == commits[-1]
    assert bisect.take_back(town.town, shop, found, TESS) == (bead, branch)
    repo.git("update-ref", "-d", f"refs/heads/{branch}")  # or killed before it was made
    assert bisect.take_back(town.town, shop, found, TESS) == (bead, branch)
    assert repo.git("rev-parse", f"{branch}^") == commits[-1]


def test_what_others_stand_on_is_left_to_a_person(town, shop, commits):
    found = find(town, shop, good=commits[0])
    work = Checkout(town.folder / "work")
    work.commit("4.txt", "FIXME\nand more\n")
    town.repo(shop).git("update-ref", "refs/heads/main", work.head)
    with pytest.raises(RefusedError) as refusal:
        bisect.take_back(town.town, shop, found, TESS)
    assert refusal.value.hint == (f"in a worktree of your own: git revert {found.bad[:12]}")


def test_a_green_target_and_a_past_that_nobody_tested_are_told(town, shop):
    with pytest.raises(NotFoundError) as refusal:
        find(town, shop)
    assert refusal.value.hint == "name one: --good COMMIT"
    with pytest.raises(RefusedError, match="check is not red on main: pass"):
        find(town, shop, good="main")
    (only,) = gate.gates(town.town, shop)
    repository = town.ledger(shop).repository
    digest = gate_hash(only, environment())
    tree = repository.tree_of(repository.ref("refs/heads/main"))
    assert [each["verdict"] for each in Verdicts(repository).records(tree, digest)] == ["pass"]


def test_what_the_queue_tests_meanwhile_is_taken_in_and_has_a_slot_of_its_own(
    town, shop, commits
):
    gate.add(town.town, shop, "lint", ["true"], TESS, timeout=None)
    check, lint = gate.gates(town.town, shop)
    queue = GateRuns(town.town, shop)
    tree = town.repo(shop).git("rev-parse", "main^{tree}")
    queue.start(Run(tree, "lint"), commits[-1], lint)
    bisect.find(town.town, shop, check, good=commits[0], told=str)
    until(lambda: queue.take_in({"lint": lint}) or not queue.live())
    assert queue.evidence(tree, lint).passes == 1
    assert sorted(path.name for path in (shop.path / "refinery").iterdir()) == [
        "slot-0",
        "slot-1",
    ]
