"""``git gt done`` in a sandbox that is not ready to be handed in: nothing is committed."""

from __future__ import annotations

import pytest

from gitgt.errors import RefusedError
from gitgt.model.actor import Actor
from gitgt.services import submit
from gitgt.services.agents import sandbox

OBSIDIAN = "shop/polecats/obsidian"
SIDES = "<<<<<<< HEAD\napple 5\n=======\napple 4\n>>>>>>> main\npear 4\nplum 5\n"
RESOLVE = "resolve what conflicts, git add prices.txt"


@pytest.fixture
def place(town):
    """The sandbox of a bead in which apples cost 5, while on ``main`` they cost 4 by now."""
    shop = town.rig()
    bead = town.bead(shop, "Apples")
    town.sling(bead)
    sandbox.prepare(shop, town.ledger(shop), town.now(bead))
    place = town.sandbox(shop, "obsidian")
    place.git("switch", "-q", "--detach")
    four = place.commit("prices.txt", "apple 4\npear 4\nplum 5\n")
    town.repo(shop).git("update-ref", "refs/heads/main", four)
    place.git("switch", "-q", f"polecat/obsidian/{bead.id}")
    place.commit("prices.txt", "apple 5\npear 4\nplum 5\n")
    return place


def refused(town, place):
    """Hand in what is in *place*; return the refusal, once it is seen that nothing moved."""
    before = (place.head, place.git("status", "--porcelain"))
    with pytest.raises(RefusedError) as refusal:
        submit.done(submit.Sandbox.around(town.town, place.path), Actor.agent(OBSIDIAN))
    assert (place.head, place.git("status", "--porcelain")) == before
    return refusal.value.message.removeprefix(f"{place.path} "), refusal.value.hint


def kept(place, name):
    return place.git("show", f"refs/gt/wip/{OBSIDIAN}:{name}")


def test_a_conflict_is_not_handed_in_and_its_sides_are_kept(town, place):
    place.attempt("merge", "main")
    place.write("notes", "half\n")

    assert refused(town, place) == (
        "is in the middle of a merge: prices.txt",
        f"{RESOLVE}, git merge --continue; or git merge --abort",
    )
    assert kept(place, "prices.txt") + "\n" == SIDES
    assert kept(place, "notes") == "half"


def test_a_merge_that_is_resolved_and_not_committed_is_not_handed_in(town, place):
    place.attempt("merge", "main")
    place.write("prices.txt", "apple 6\npear 4\nplum 5\n")
    place.git("add", "prices.txt")

    assert refused(town, place) == (
        "is in the middle of a merge",
        "git merge --continue; or git merge --abort",
    )
    place.git("commit", "-q", "--no-edit")
    handed_in = submit.done(submit.Sandbox.around(town.town, place.path), Actor.agent(OBSIDIAN))
    assert (handed_in.status, handed_in.head) == ("queued", place.head)


@pytest.mark.parametrize("verb", ["rebase", "cherry-pick"])
def test_what_git_has_begun_is_to_be_ended_first(town, place, verb):
    place.attempt(verb, "main")

    assert refused(town, place) == (
        f"is in the middle of a {verb}: prices.txt",
        f"{RESOLVE}, git {verb} --continue; or git {verb} --abort",
    )


def test_a_stash_that_conflicts_is_not_handed_in(town, place):
    place.write("prices.txt", "apple 7\npear 4\nplum 5\n")
    stashed = place.git("stash", "create")
    place.git("reset", "-q", "--hard")
    place.commit("prices.txt", "apple 8\npear 4\nplum 5\n")
    place.attempt("stash", "apply", stashed)

    assert refused(town, place) == (
        "is not merged: prices.txt",
        f"{RESOLVE}, git commit",
    )


def test_nothing_is_committed_on_another_branch(town, place):
    mine = place.branch
    place.git("switch", "-q", "-c", "aside")
    place.write("notes", "half\n")

    assert refused(town, place) == (
        f"stands on refs/heads/aside, not on {mine}",
        f"git switch {mine}, and bring your commits there",
    )
