"""The crew: worktrees of people, brought up to date, renamed, taken away; nothing is lost."""

from __future__ import annotations

import json

import pytest

from gitgt.errors import RefusedError
from gitgt.git import trash
from gitgt.git.repository import Repository
from gitgt.services import beads
from gitgt.services.agents import attended, crew, crew_care, post
from gitgt.services.sessions import sessions
from tests.support.checkout import Checkout
from tests.support.commandline import gt
from tests.support.outputs import validator
from tests.support.town import TESS

ANN = "shop/crew/ann"


@pytest.fixture
def shop(town):
    """A rig with Ann in its crew."""
    town.runtime("sits", "sh -c 'exec sleep 1000'")
    shop = town.rig()
    crew.add(town.town, shop, "ann", TESS)
    return shop


@pytest.fixture
def ann(shop):
    """Ann's worktree."""
    return Checkout(shop.path / "crew/ann")


def present(town, shop, name="ann"):
    """Return somebody of the crew."""
    return post.present(town.town, shop, name)


def remove(town, shop, **how):
    """Take Ann's worktree away."""
    words = {"force": False, "purge": False, **how}
    return crew_care.remove(town.town, present(town, shop), TESS, **words)


def refused(call, *words, **more):
    """Return what is said to whoever tries."""
    with pytest.raises(RefusedError) as refusal:
        call(*words, **more)
    return refusal.value.message


def test_a_clean_worktree_is_brought_up_and_one_with_work_is_left_alone(town, shop, ann):
    bead = town.bead(shop, "Apples", "echo 1 >apples", "closes Apples")
    town.sling(bead)
    town.settle()
    behind = crew_care.member(town.town, present(town, shop)).behind
    assert behind > 0
    assert crew_care.pristine(town.town, present(town, shop)) == behind
    assert ann.read("apples") == "1\n"
    assert crew_care.pristine(town.town, present(town, shop)) == 0

    ann.write("half", "half\n")
    assert refused(crew_care.pristine, town.town, present(town, shop)) == (
        f"{ann.path} has changes that are not committed"
    )


def test_commits_of_ones_own_are_not_merged_behind_ones_back(town, shop, ann):
    ann.commit("mine", "mine\n")
    other = town.bead(shop, "Apples", "echo 1 >apples", "closes Apples")
    town.sling(other)
    town.settle()
    before = ann.head
    assert refused(crew_care.pristine, town.town, present(town, shop)) == (
        "crew/ann has commits of its own: 1"
    )
    assert ann.head == before


def test_whoever_has_nothing_at_hand_leaves_and_may_come_back(town, shop, ann):
    kept = remove(town, shop)
    assert (kept.snapshot, kept.aside, ann.path.exists()) == ("", None, False)
    assert town.repo(shop).git("branch", "--list", "crew/ann") == ""
    assert town.ledger(shop).agent_at(ANN).status == "retired"

    crew.add(town.town, shop, "ann", TESS)
    assert town.ledger(shop).agent_at(ANN).status == "active"
    assert (ann.path / "prices.txt").exists()


def test_what_is_at_hand_is_told_and_kept_when_forced(town, shop, ann):
    bead = town.bead(shop, "Apples")
    later = town.bead(shop, "Pears")
    town.sling(bead, to=ANN)
    beads.change(town.town, later.id, TESS, "plan", {"assignee": ANN})
    tip = ann.commit("mine", "mine\n")
    ann.write("half", "half\n")
    attended.start(town.town, present(town, shop), TESS, attended.Wish(agent="sits"))

    assert refused(remove, town, shop) == (
        f"{ANN} is not done: its session goes on; {bead.id} is on its hook; "
        "1 commit of crew/ann not landed or pushed; "
        f"{ann.path} has changes that are not committed"
    )
    kept = remove(town, shop, force=True, purge=True)

    repository = Repository(shop.repository_path)
    (thrown,) = trash.discarded(repository)
    assert (thrown.what, thrown.commit) == ("heads/crew/ann", tip)
    assert kept.trash == (thrown.ref,)
    assert repository.ref(f"refs/gt/wip/{ANN}") == kept.snapshot
    assert town.repo(shop).git("show", f"{kept.snapshot}:half") == "half"
    assert [(town.now(each).status, town.now(each).assignee) for each in (bead, later)] == [
        ("open", ""), ("open", "")
    ]  # fmt: skip
    assert not ann.path.exists()


def test_what_no_snapshot_holds_is_put_aside_and_not_removed(town, shop, ann):
    ann.git("init", "-q", "part")
    (ann.path / "part/own").write_text("own\n")
    kept = remove(town, shop, force=True)
    assert (kept.aside / "part/own").read_text() == "own\n"
    assert not ann.path.exists()


def test_another_name_takes_worktree_branch_and_hook_along(town, shop, ann):
    bead = town.bead(shop, "Apples")
    town.sling(bead, to=ANN)
    ann.commit("mine", "mine\n")
    made = crew_care.rename(town.town, shop, "ann", "anna", TESS)

    moved = Checkout(made.worktree)
    assert (moved.read("mine"), moved.branch) == ("mine\n", "crew/anna")
    assert town.now(bead).assignee == "shop/crew/anna"
    assert [each.name for each in crew_care.members(town.town, shop)] == ["anna"]
    assert not ann.path.exists()
    crew.add(town.town, shop, "bob", TESS)
    assert refused(crew_care.rename, town.town, shop, "bob", "anna", TESS) == (
        "there is a shop/crew/anna already"
    )


def test_a_fresh_session_goes_on_and_knows_what_the_last_one_left(town, shop, ann):
    begun = attended.start(town.town, present(town, shop), TESS, attended.Wish("sits"))
    ann.write("half", "half\n")
    town.clock.advance(1000)
    after = crew_care.refresh(
        town.town, present(town, shop), TESS, message="Mind the cents", agent="sits"
    )

    assert after.fresh
    assert after.session != begun.session
    told = sessions.environment_of(shop, ANN)["GT_PROMPT"]
    assert "Mind the cents" in told
    assert ann.read("half") == "half\n"
    assert town.repo(shop).git("show", f"refs/gt/wip/{ANN}:half") == "half"


def test_those_with_a_session_stand_in_a_ring(town, shop):
    for name in ("bob", "cid"):
        crew.add(town.town, shop, name, TESS)
    assert refused(crew_care.beside, town.town, shop, "ann", 1) == (
        "nobody in the crew of shop has a session"
    )
    for name in ("ann", "cid"):
        attended.start(town.town, present(town, shop, name), TESS, attended.Wish("sits"))
    ring = [
        crew_care.beside(town.town, shop, name, step).name
        for name, step in (("ann", 1), ("cid", 1), ("bob", 1), ("bob", -1), ("ann", -1))
    ]
    assert ring == ["cid", "ann", "cid", "cid", "cid"]


def test_the_commands_tell_what_they_did(town, shop, ann):
    cwd = town.town.root

    def said(*words, where=cwd):
        done = gt("crew", *words, cwd=where)
        assert (done.code, done.stderr) == (0, "")
        return done.stdout

    assert said("add", "bob", "cid", "--rig", "shop").splitlines() == [
        f"{name} has the worktree {shop.path}/crew/{name}, on the branch crew/{name}"
        for name in ("bob", "cid")
    ]
    begun = said("start", "--agent", "sits", where=ann.path)
    assert begun.startswith(f"{ANN}: begun, session ")
    again = said("start", "shop/ann", "--json")
    validator("begun").validate(json.loads(again))
    assert [each["changed"] for each in json.loads(again)] == [False]
    told = said("status", "ann", "--rig", "shop")
    session = json.loads(again)[0]["session"]
    assert told == (
        f"{ANN}: here\n  worktree  {ann.path}\n"
        f"  branch    crew/ann  0 ahead, 0 behind, clean\n  session   {session}\n"
    )
    validator("crew").validate(json.loads(said("status", "--json", "--rig", "shop")))
    assert said("list", "--rig", "shop").splitlines() == [
        f"{ANN}  here    -", "shop/crew/bob  person  -", "shop/crew/cid  person  -"
    ]  # fmt: skip
    assert said("stop", "--all", "--rig", "shop").splitlines() == [
        f"{ANN}: ended",
        "shop/crew/bob: nothing changed: none goes on",
        "shop/crew/cid: nothing changed: none goes on",
    ]
    assert said("pristine", "--all", "--rig", "shop").count("up to date") == 3
    assert said("rename", "bob", "bo", "--rig", "shop") == (
        f"bob is shop/crew/bo now, at {shop.path}/crew/bo\n"
    )
    assert said("remove", "bo", "--rig", "shop").splitlines()[0] == (
        "shop/crew/bo has left the crew"
    )
