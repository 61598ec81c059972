"""Work that lands on another branch than the rig's own."""

from __future__ import annotations

import pytest

from gitgt.errors import NotFoundError, RefusedError
from gitgt.ledger.transact import Change
from gitgt.model.lifecycle import MergeStatus
from gitgt.services import beads
from tests.support.checkout import Checkout
from tests.support.town import TESS


@pytest.fixture
def shop(town):
    """A rig whose project has a branch ``feature``, of which we have no head."""
    made = town.rig()
    project = Checkout(town.folder / "projects/shop")
    project.git("switch", "-q", "-c", "feature")
    project.commit("new.txt", "idea\n")
    town.repo(made).git("fetch", "-q", "origin")
    return made


def heads(town, shop):
    return town.repo(shop).git(
        "for-each-ref", "--format=%(refname:short)", "refs/heads/feature"
    )


def test_work_lands_on_a_branch_that_only_the_project_had(town, shop):
    bead = town.bead(shop, "Further", "cat new.txt >further", "closes Further")

    town.sling(bead, target="feature")
    assert heads(town, shop) == ""
    town.settle()

    assert town.now(bead).status == "closed"
    assert town.repo(shop).git("show", "feature:further") == "idea"
    assert town.main(shop)[-1] == "Write check.sh"
    assert len(town.sessions()) == 1
    assert town.escalations(shop) == []


def test_a_person_hands_in_for_a_branch_that_only_the_project_had(town, shop):
    bead = town.bead(shop, "By hand", target="feature")
    beads.update(town.town, bead.id, TESS, beads.Update({}, claimed_by="Tess Ter"))
    project = Checkout(town.folder / "projects/shop")
    project.git("switch", "-q", "-c", "tess", "feature")
    project.commit("hand", "made\n", message=f"By hand\n\nCloses: {bead.id}")
    town.repo(shop).git("fetch", "-q", "origin")

    town.settle()

    assert town.now(bead).status == "closed"
    assert town.repo(shop).git("show", "feature:hand") == "made"


def test_nothing_is_slung_towards_a_branch_that_is_nowhere(town, shop):
    bead = town.bead(shop, "Lost")

    with pytest.raises(NotFoundError) as refused:
        town.sling(bead, target="faeture")

    assert refused.value.message == "shop has no branch 'faeture'"
    assert refused.value.hint == (
        f"if the project has it: git -C '{shop.repository_path}' fetch origin"
    )
    assert town.now(bead).status == "open"


def test_nothing_is_slung_towards_the_ledger(town, shop):
    bead = town.bead(shop, "Odd")

    with pytest.raises(RefusedError, match="beads holds the beads of shop: no code lands"):
        town.sling(bead, target="beads")


@pytest.mark.parametrize("branch", ["beads", "desk/tess-ter"])
def test_work_for_where_beads_are_kept_is_not_begun(town, shop, branch):
    bead = town.bead(shop, "Odd", target=branch)
    held = beads.Update({"assignee": "shop/polecats/obsidian"}, status="hooked")

    beads.update(town.town, bead.id, TESS, held)
    town.settle()

    assert (town.now(bead).status, town.now(bead).reason) == (
        "open",
        f"could not be started: {branch} holds the beads of shop: no code lands there",
    )


def test_a_queue_for_the_ledger_is_told_once_and_moves_nothing(town, shop):
    bead = town.bead(shop, "Late", "echo 1 >one", "closes One")
    town.gate(shop, f'git -C "{shop.repository_path}" update-ref -d refs/heads/feature')
    town.sling(bead, target="feature")
    town.settle()
    gone = town.request(bead)
    assert gone.status == "blocked"
    request = gone.replace(target="beads", status=MergeStatus.QUEUED, reason="")
    ledger = town.town.ledger_at(shop)
    ledger.transact(lambda _: Change("turn it round", (request,)), TESS)

    town.settle()
    head = ledger.head()
    town.restart()
    town.settle()

    assert ledger.head() == head
    queue, why = "the queue of shop for beads", "beads holds beads, and no code lands there"
    assert ("medium", f"{queue} stands still: {why}") in town.escalations(shop)
    assert town.request(bead).status == "queued"


def test_a_target_that_is_gone_is_told_and_the_bead_is_released(town, shop):
    bead = town.bead(shop, "Gone", "echo 1 >one", "closes One")
    town.sling(bead, target="feature")
    town.repo(shop).git("update-ref", "-d", "refs/remotes/origin/feature")

    town.settle()

    assert (town.now(bead).status, town.now(bead).reason) == (
        "open",
        f"could not be started: shop has no branch 'feature' to start {bead.id} from",
    )


def test_a_target_that_goes_while_its_work_is_done_is_told_once(town, shop):
    bead = town.bead(
        shop, "Sawn off", "git update-ref -d refs/remotes/origin/feature",
        f"env -u GT_AGENT git -C '{shop.repository_path}' update-ref -d refs/heads/feature",
        "echo 1 >one", "closes One",
    )  # fmt: skip
    town.sling(bead, target="feature")

    town.settle()

    gone = f"the branch 'feature' that {bead.id} is to land on is gone"
    assert town.escalations(shop) == [("high", gone)]
    assert (town.now(bead).status, town.now(bead).reason) == (
        "open",
        f"could not be started: shop has no branch 'feature' to start {bead.id} from",
    )
    assert town.repo(shop).git("show", f"polecat/obsidian/{bead.id}:one") == "1"
    assert len(town.sessions()) == 1


def test_a_queue_whose_target_is_gone_says_so(town, shop):
    bead = town.bead(shop, "Late", "echo 1 >one", "closes One")
    saw = f'git -C "{shop.repository_path}" update-ref -d refs/heads/feature'
    town.gate(shop, f"sh -c '{saw}'")
    town.sling(bead, target="feature")

    town.settle()

    assert town.request(bead).status == "blocked"
    assert town.escalations(shop) == [
        ("medium", "the queue of shop for feature stands still: the branch 'feature' is gone")
    ]
