"""The work of an epic is collected on a branch, and lands as one."""

from __future__ import annotations

from itertools import count

import pytest

from gitgt.errors import NotAllowedError, NotFoundError, RefusedError
from gitgt.model.actor import Actor
from gitgt.model.documents import MergeRequest, Outcome
from gitgt.model.escalation.cause import titles
from gitgt.services import beads, commit
from gitgt.services.convoy import convoys
from gitgt.services.escalation import escalations
from gitgt.services.gates import gate
from gitgt.services.integration import landing, opening, refreshing, standing
from gitgt.services.rig import Rig
from gitgt.services.town import Town
from tests.support.checkout import Checkout
from tests.support.death import DEATH
from tests.support.town import TESS, TownBuilder

BRANCH = "integration/sell-more"


class Shop:
    """A rig with an epic, whose parts land on a branch of its own."""

    def __init__(self, town: TownBuilder) -> None:
        self.town = town
        self.rig: Rig = town.rig()
        self.epic = town.bead(self.rig, "Sell more", type="epic").id

    def open(self, **more) -> str:
        return opening.create(self.town.town, self.epic, TESS, **more).epic.integration

    def part(self, title: str, *script: str, **fields):
        lines = script or (f"echo {title} >{title}.txt", f"closes {title}")
        return self.town.bead(self.rig, title, *lines, **{"parent": str(self.epic), **fields})

    def settings(self, text: str, key: str = "integration") -> None:
        """Commit what the rig's settings say of integration branches, or of something else."""
        name = self.rig.settings_name
        before = (self.town.town.root / name).read_bytes()
        new = before + f"{key}:\n{text}".encode()
        commit.change(self.town.town, lambda: {name: new}, "Set integration", TESS)

    def push(self, name: str, text: str = "new\n") -> None:
        """Let somebody put a commit onto main, past the queue."""
        work = Checkout(self.town.folder / "pushing")
        if not work.path.exists():
            self.repo.git("worktree", "add", "-q", "--detach", str(work.path), "main")
        work.git("switch", "-q", "--detach", "main")
        self.repo.git("update-ref", "refs/heads/main", work.commit(name, text))

    @property
    def repo(self) -> Checkout:
        return self.town.repo(self.rig)

    def files(self, branch: str) -> set[str]:
        return set(self.repo.git("ls-tree", "--name-only", branch).splitlines())

    def land(self):
        return landing.land(self.town.town, self.epic, TESS)

    def missing(self) -> list[str]:
        return list(self.look().standing.missing())

    def look(self):
        return standing.look(self.town.town, self.rig, self.town.now(self.epic))


@pytest.fixture
def shop(town):
    return Shop(town)


def test_parts_land_on_the_branch_and_the_branch_lands_as_one(town, shop):
    assert shop.open() == BRANCH
    parts = [shop.part("figs"), shop.part("nuts")]
    town.sling(*parts)
    assert [town.now(each).target for each in parts] == [BRANCH] * 2
    town.settle()

    assert [town.now(each).status for each in parts] == ["closed"] * 2
    assert {"figs.txt", "nuts.txt"} <= shop.files(BRANCH)
    assert town.main(shop.rig)[-1] == "Write check.sh"
    assert shop.missing() == []

    asked = shop.land()
    assert asked.request is not None
    assert (asked.request.target, asked.request.branch) == ("main", BRANCH)
    town.settle()

    epic = town.now(shop.epic)
    assert (epic.status, epic.outcome) == ("closed", "success")
    assert town.main(shop.rig)[-2:] == ["Write check.sh", f"Sell more ({shop.epic})"]
    assert epic.landed == shop.repo.git("rev-parse", "main")
    assert {"figs.txt", "nuts.txt"} <= shop.files("main")
    assert shop.repo.git("rev-parse", "main^2") == shop.repo.git("rev-parse", BRANCH)
    assert shop.land().request is None
    assert town.escalations(shop.rig) == []


def test_what_passed_on_the_branch_is_not_tested_again_on_the_way_to_main(town, shop):
    shop.open()
    town.sling(shop.part("figs"))
    town.settle()
    before = shop.repo.git("ls-tree", "-r", "refs/gt/verdicts")
    shop.land()
    town.settle()
    assert town.now(shop.epic).status == "closed"
    assert shop.repo.git("ls-tree", "-r", "refs/gt/verdicts") == before


def test_nothing_lands_before_all_of_the_epic_is_there(town, shop):
    shop.open()
    assert shop.missing() == ["its epic has no parts", "it has nothing that main has not"]
    first, second = shop.part("figs"), shop.part("nuts", "echo FIXME >nuts.txt", "closes nuts")
    town.sling(first, second)
    town.settle()

    request = town.request(second)
    assert request.status == "rejected"
    assert shop.missing() == [
        f"not closed: {second.id}", f"still to land on it: {request.id}"
    ]  # fmt: skip
    with pytest.raises(RefusedError) as refusal:
        shop.land()
    assert refusal.value.message == f"{BRANCH} cannot land: {'; '.join(shop.missing())}"
    assert refusal.value.hint == f"git gt mq integration status {shop.epic}"
    assert town.now(shop.epic).status == "open"


def test_what_opens_meanwhile_takes_a_landing_back(town, shop):
    shop.open()
    town.sling(shop.part("figs"))
    town.settle()
    shop.land()
    late = shop.part("nuts")
    town.settle()

    assert town.now(shop.epic).status == "open"
    assert town.now(shop.epic).reason == f"not closed: {late.id}"
    assert shop.look().request is None
    assert town.main(shop.rig)[-1] == "Write check.sh"
    town.sling(late)
    town.settle()
    shop.land()
    town.settle()
    assert {"figs.txt", "nuts.txt"} <= shop.files("main")


def test_a_landing_follows_its_branch(town, shop):
    shop.open()
    town.sling(shop.part("figs"))
    town.settle()
    shop.land()
    work = Checkout(town.folder / "by hand")
    shop.repo.git("worktree", "add", "-q", "--detach", str(work.path), BRANCH)
    shop.repo.git("update-ref", f"refs/heads/{BRANCH}", work.commit("late.txt"))
    town.settle()
    assert town.now(shop.epic).status == "closed"
    assert "late.txt" in shop.files("main")


def test_it_lands_by_itself_if_the_settings_say_so(town, shop):
    shop.settings("  auto_land: true\n  landed: remove\n")
    shop.open()
    town.sling(shop.part("figs"))
    town.settle()
    assert town.now(shop.epic).status == "closed"
    assert "figs.txt" in shop.files("main")
    assert shop.repo.attempt("rev-parse", "--verify", "-q", BRANCH).returncode == 1


def test_a_landing_that_is_red_is_told_and_not_tried_again_by_itself(town, shop):
    shop.settings("  auto_land: true\n")
    few = ["sh", "-c", "test $(ls *.txt | wc -l) -lt 3"]
    gate.add(town.town, shop.rig, "check", few, TESS, timeout=None)
    shop.open()
    town.sling(shop.part("figs"))
    shop.push("nuts.txt")
    town.settle()

    view = shop.look()
    assert view.request is not None
    assert (view.request.status, view.request.reason) == ("rejected", "the gate check is red")
    assert (view.epic.status, view.epic.assignee) == ("open", "")
    assert view.epic.reason == "the gate check is red"
    told = [("medium", f"{BRANCH} did not land on main: the gate check is red")]
    assert town.escalations(shop.rig) == told
    town.settle()
    assert town.escalations(shop.rig) == told

    town.sling(shop.part("fewer", "git rm -q prices.txt", "closes fewer"))
    town.settle()
    assert town.now(shop.epic).status == "closed"
    assert escalations.every(town.town, closed=False) == []


def test_work_below_an_epic_finds_its_branch_however_far_down(town, shop):
    shop.open()
    theirs = beads.create(
        town.town, None, TESS, {"title": "Plan", "type": "epic", "parent": str(shop.epic)}
    )
    middle = shop.part("middle", parent=str(theirs.id))
    deep = shop.part("deep", parent=str(middle.id))
    town.sling(deep)
    assert town.now(deep).target == BRANCH


def test_work_that_travels_with_an_epic_finds_its_branch(town, shop):
    shop.open()
    beside, alone = shop.part("beside", parent=""), shop.part("alone", parent="")
    convoys.create(town.town, "Sell more", [shop.epic, beside.id], TESS)
    town.sling(beside, alone)
    assert [town.now(each).target for each in (beside, alone)] == [BRANCH, ""]


def test_who_names_a_branch_is_obeyed_and_so_are_the_settings(town, shop):
    shop.open()
    named = shop.part("named")
    town.sling(named, target="main")
    town.settle()
    assert "named.txt" in shop.files("main")

    shop.settings("  mode: off\n")
    other = shop.part("other")
    town.sling(other)
    town.settle()
    assert "other.txt" in shop.files("main")
    assert "other.txt" not in shop.files(BRANCH)


def test_what_a_person_pushes_for_a_part_lands_on_the_branch(town, shop):
    shop.open()
    part = shop.part("figs")
    beads.update(town.town, part.id, TESS, beads.Update({}, claimed_by="Tess Ter"))
    project = Checkout(town.folder / "projects/shop")
    project.git("switch", "-q", "-c", "tess")
    project.commit("figs.txt", message=f"Figs\n\nCloses: {part.id}")
    shop.repo.git("fetch", "-q", "origin")
    town.settle()
    assert "figs.txt" in shop.files(BRANCH)
    assert "figs.txt" not in shop.files("main")


def test_an_epic_within_an_epic_lands_on_the_branch_of_that(town, shop):
    shop.open()
    inner = shop.part("Fruit", type="epic")
    done = opening.create(town.town, inner.id, TESS)
    assert (done.epic.integration, done.base) == ("integration/fruit", BRANCH)
    leaf = shop.part("figs", parent=str(inner.id))
    town.sling(leaf)
    town.settle()
    assert "figs.txt" not in shop.files(BRANCH)
    landing.land(town.town, inner.id, TESS)
    town.settle()
    assert "figs.txt" in shop.files(BRANCH)
    shop.land()
    town.settle()
    assert "figs.txt" in shop.files("main")


def test_a_branch_is_opened_once_and_by_people(town, shop):
    assert shop.open() == BRANCH
    assert not opening.create(town.town, shop.epic, TESS).fresh
    with pytest.raises(RefusedError, match=f"has the integration branch {BRANCH}"):
        shop.open(branch="integration/other")
    with pytest.raises(NotAllowedError):
        opening.create(town.town, shop.epic, Actor.agent("shop/polecats/nux"))
    with pytest.raises(RefusedError, match="is a task, not an epic"):
        opening.create(town.town, shop.part("figs").id, TESS)
    made = beads.create(town.town, None, TESS, {"title": "All", "type": "epic"})
    with pytest.raises(RefusedError, match="is the town's own"):
        opening.create(town.town, made.id, TESS)
    with pytest.raises(RefusedError, match="collects what its parts bring"):
        town.sling(str(shop.epic))
    other = town.bead(shop.rig, "Sell more", type="epic")
    assert opening.create(town.town, other.id, TESS).epic.integration == f"{BRANCH}-2"
    third = town.bead(shop.rig, "Third", type="epic")
    for name in ("beads", "main", "a..b"):
        with pytest.raises(RefusedError):
            opening.create(town.town, third.id, TESS, branch=name)
    with pytest.raises(NotFoundError):
        opening.create(town.town, third.id, TESS, base="nowhere")


def test_a_branch_that_somebody_was_killed_over_is_taken_up(town, shop):
    shop.repo.git("branch", BRANCH, "main")
    assert shop.open() == BRANCH


def test_who_waits_for_a_branch_that_is_gone_is_told_once_and_kept(town, shop):
    shop.open()
    first, second = shop.part("figs"), shop.part("nuts")
    town.sling(first)
    town.settle()
    town.sling(second)
    stood = shop.repo.git("rev-parse", BRANCH)
    gate.remove(town.town, shop.rig, "check", TESS)
    town.settle()
    shop.repo.git("update-ref", "-d", f"refs/heads/{BRANCH}")
    town.settle()

    request = town.request(second)
    reason = f"the branch '{BRANCH}' is gone"
    assert (request.status, request.reason, request.target) == ("blocked", reason, BRANCH)
    title = f"the queue of shop for {BRANCH} stands still: {reason}"
    told = escalations.every(town.town, closed=False)
    calls = [each for each in told if title in titles(each)]
    [call] = calls
    escalations.close(town.town, call.id, TESS, reason="I know")
    town.settle()
    assert [title for _, title in town.escalations(shop.rig)].count(call.title) == 1
    with pytest.raises(NotFoundError):
        town.sling(shop.part("kale"))

    town.gate(shop.rig, "sh check.sh")
    assert opening.create(town.town, shop.epic, TESS).fresh
    assert shop.repo.git("rev-parse", BRANCH) == stood
    town.settle()
    assert {"figs.txt", "nuts.txt"} <= shop.files(BRANCH)
    assert town.main(shop.rig)[-1] == "Write check.sh"


def test_what_landed_on_main_is_brought_in_through_the_queue(town, shop):
    shop.open()
    part = shop.part("figs")
    town.sling(part)
    town.settle()
    assert refreshing.refresh(town.town, shop.epic, TESS).bead is None
    shop.push("nuts.txt")
    done = refreshing.refresh(town.town, shop.epic, TESS)
    assert done.request is not None
    assert refreshing.refresh(town.town, shop.epic, TESS).request == done.request
    assert shop.missing() == [
        f"not closed: {done.bead.id}", f"still to land on it: {done.request.id}"
    ]  # fmt: skip
    town.settle()
    assert town.now(done.bead).status == "closed"
    assert "nuts.txt" in shop.files(BRANCH)
    assert (shop.look().standing.behind, shop.missing()) == (0, [])


def test_whatever_the_style_is_branches_that_go_on_are_merged(town, shop):
    shop.settings("  style: squash\n", key="merge_queue")
    shop.open()
    town.sling(shop.part("figs"))
    town.settle()
    shop.push("nuts.txt")
    refreshing.refresh(town.town, shop.epic, TESS)
    town.settle()
    assert shop.repo.git("rev-parse", f"{BRANCH}^2") == shop.repo.git("rev-parse", "main")
    assert shop.repo.git("rev-list", "--count", "--merges", BRANCH) == "1"
    shop.land()
    town.settle()
    assert shop.repo.git("rev-parse", "main^2") == shop.repo.git("rev-parse", BRANCH)


def test_a_conflict_with_the_base_is_work_for_somebody(town, shop):
    shop.settings("  refresh: auto\n")
    shop.open()
    town.sling(shop.part("pear", "echo 'pear 6' >prices.txt", "closes pear"))
    town.settle()
    shop.push("prices.txt", "plum 7\n")
    town.settle()
    assert shop.missing() == ["it conflicts with main in prices.txt"]
    with pytest.raises(RefusedError) as refusal:
        shop.land()
    assert refusal.value.hint == f"git gt mq integration refresh {shop.epic}"

    done = refreshing.refresh(town.town, shop.epic, TESS)
    assert (done.request, town.now(done.bead).status) == (None, "open")
    town.agent_does(
        done.bead.id, "git merge -q main || :", "printf 'pear 6\\nplum 7\\n' >prices.txt",
        "closes 'Both prices'",
    )  # fmt: skip
    town.sling(done.bead)
    town.settle()
    assert shop.repo.git("show", f"{BRANCH}:prices.txt") == "pear 6\nplum 7"
    assert shop.missing() == []


def test_it_is_kept_up_to_date_if_the_settings_say_so(town, shop):
    shop.settings("  refresh: auto\n")
    shop.open()
    town.sling(shop.part("figs"))
    town.settle()
    shop.push("nuts.txt")
    town.settle()
    assert "nuts.txt" in shop.files(BRANCH)
    assert shop.missing() == []
    assert [each.status for each in town.ledger(shop.rig).all(MergeRequest)] == ["landed"] * 2


def test_a_part_that_needs_no_code_holds_nothing_up(town, shop):
    shop.open()
    part, other = shop.part("figs"), shop.part("talk")
    town.sling(part)
    town.settle()
    beads.close(town.town, other.id, TESS, outcome=Outcome.NO_CHANGES, reason="talked")
    assert shop.missing() == []


def test_no_agent_pushes_a_branch_that_work_is_collected_on(town, shop):
    shop.open(branch="sales", base="main")
    [slung] = town.sling(shop.part("figs"))
    town.settle()
    sandbox = town.sandbox(shop.rig, slung.assignee.rpartition("/")[2])
    agent = {"GT_AGENT": slung.assignee}
    done = sandbox.attempt("push", "-q", "origin", "HEAD:refs/heads/sales", env=agent)
    assert done.returncode == 1
    assert done.stderr.splitlines()[:2] == [
        f"gt: {slung.assignee} may not push to sales: the refinery lands",
        "hint: git gt done",
    ]


def test_whoever_is_killed_while_a_branch_is_opened_opens_it_again(town, shop):
    for number in count(1):
        epic = town.bead(shop.rig, f"Epic {number}", type="epic")
        with DEATH.before(number):
            opening.create(town.town, epic.id, TESS)
        if not DEATH.came:
            break
        made = opening.create(Town(town.town.root, town.clock, town.town.draw), epic.id, TESS)
        assert made.epic.integration == f"integration/epic-{number}"
    assert number > 3
    told = [row.id for row in town.ledger(shop.rig).rows(kind="bead")]
    branches = shop.repo.git("for-each-ref", "--format=%(refname)", "refs/heads/integration")
    assert len(branches.splitlines()) == number
    assert len(told) == number + 1


def test_what_the_branch_has_already_is_brought_in_once(town, shop):
    shop.settings("  refresh: auto\n")
    shop.open()
    town.sling(shop.part("figs"))
    town.settle()
    shop.push("figs.txt", "figs\n")
    town.settle()
    ends = [each.status for each in town.ledger(shop.rig).all(MergeRequest)]
    assert sorted(ends) == ["landed", "no-op"]
    assert (shop.look().standing.behind, shop.missing()) == (1, [])
    assert refreshing.refresh(town.town, shop.epic, TESS).bead is None
