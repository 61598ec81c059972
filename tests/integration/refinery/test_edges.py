"""Requests at the edges: what is there already, what moved, what git treats apart."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gitgt.model.ids import BeadId
from gitgt.model.lifecycle import BeadVerb
from gitgt.services import beads, submit
from gitgt.services.submit import Submission
from tests.support.checkout import Checkout
from tests.support.shop import Shop, file
from tests.support.town import TESS

LIB = ["1" * 40, "2" * 40, "3" * 40]
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 12\n"


class Edge(Shop):
    """A shop whose people do more than write files."""

    def ask_by(self, title: str, work: Callable[[Checkout], object]) -> BeadId:
        """Submit a branch with what *work* has left in the index or committed."""
        bead = self.town.bead(self.rig, title)
        mine = {"assignee": f"{self.rig.name}/crew/tess"}
        beads.change(self.town.town, bead.id, TESS, "sling", mine, verb=BeadVerb.SLING)
        branch = f"crew/tess-{bead.id}"
        self.work.git("switch", "-q", "-C", branch, "main")
        work(self.work)
        self.work.git("commit", "-q", "--allow-empty", "-m", title)
        submit.submit(self.town.town, Submission(bead.id, branch, self.work.head), TESS)
        self.work.git("switch", "-q", "--detach", "main")
        return bead.id

    def move_main(self, *git: str) -> str:
        """Do something in git on top of the target, as a person may, and let it stand there."""
        self.work.git("switch", "-q", "--detach", "main")
        self.work.git(*git)
        return self.set_main(self.work.head)

    def set_main(self, commit: str) -> str:
        """Move the target past the queue."""
        self.town.repo(self.rig).git("update-ref", "refs/heads/main", commit)
        self.work.git("switch", "-q", "--detach", "main")
        return commit

    @property
    def tree(self) -> list[str]:
        """What the target holds, one path each, with its mode and the object's name."""
        return self.town.repo(self.rig).git("ls-tree", "-r", "main").splitlines()


@pytest.fixture
def shop(town):
    return Edge(town, town.rig())


def test_what_the_target_has_already_is_closed_without_a_run(town, shop):
    names = [shop.ask(title, file(title)) for title in ("merged", "picked", "squashed")]
    nothing = shop.ask("nothing", {})
    merged, picked, squashed = (f"crew/tess-{name}" for name in names)
    shop.move_main("merge", "-q", "--no-ff", "-m", "By hand", merged)
    shop.move_main("cherry-pick", picked)
    shop.work.git("switch", "-q", "--detach", "main")
    shop.work.git("merge", "-q", "--squash", squashed)
    tip = shop.move_main("commit", "-q", "-m", "Squashed")

    town.settle()

    assert shop.status(*names, nothing) == ["no-op"] * 4
    found = [town.now(name) for name in (*names, nothing)]
    assert {(each.status, each.landed, each.reason) for each in found} == {
        ("closed", tip, "main has all of it already")
    }
    repo = town.repo(shop.rig)
    assert repo.git("rev-parse", "main") == tip
    assert repo.git("for-each-ref", "refs/gt/verdicts") == ""


def test_who_brings_the_same_as_one_ahead_is_closed_only_when_that_has_landed(town, shop):
    first = shop.ask("first", {"a.txt": "FIXME\n"})
    second = shop.ask("second", {"a.txt": "FIXME\n"})
    third, fourth = shop.ask("third", file("b")), shop.ask("fourth", file("b"))
    town.settle()
    # Each is judged for itself: who brings the same as one that went back is no better.
    assert shop.status(first, second) == ["rejected", "rejected"]
    assert shop.status(third, fourth) == ["landed", "no-op"]
    assert shop.landed == ["third"]


def test_what_was_submitted_lands_whatever_becomes_of_the_branch(town, shop):
    name, gone = shop.ask("a", file("a")), shop.ask("b", file("b"))
    repo, branch = town.repo(shop.rig), f"crew/tess-{name}"
    submitted = repo.git("rev-parse", branch)
    shop.work.git("switch", "-q", "-C", branch, "main")
    forced = shop.work.commit("a.txt", "FIXME\n", message="On second thoughts")
    shop.work.git("switch", "-q", "--detach", "main")
    repo.git("branch", "-q", "-D", f"crew/tess-{gone}")
    repo.git("reflog", "expire", "--expire=now", "--all")
    repo.git("gc", "-q", "--prune=now")

    town.settle()

    assert shop.status(name, gone) == ["landed", "landed"]
    assert repo.git("show", "main:a.txt") == "fine"
    assert submitted in repo.git("log", "--format=%H", "main").splitlines()
    assert repo.git("rev-parse", branch) == forced
    assert repo.git("for-each-ref", f"refs/heads/crew/tess-{gone}") == ""


def test_what_was_taken_off_the_target_meanwhile_stays_off(town, shop):
    before = town.repo(shop.rig).git("rev-parse", "main")
    regretted = shop.move_main("commit", "-q", "--allow-empty", "-m", "Soon regretted")
    name = shop.ask("a", file("a"))
    shop.set_main(before)
    other = shop.ask("b", file("b"))
    shop.set_main(shop.work.commit("sold.txt", "fine\n", message="Regretted as well"))
    town.turn()
    assert shop.landed == []
    shop.set_main(before)

    town.settle()

    log = town.repo(shop.rig).git("log", "--format=%s", "main").splitlines()
    assert shop.landed == ["b"]
    assert not {"Soon regretted", "Regretted as well"} & set(log)
    assert shop.status(name, other) == ["rejected", "landed"]
    gone = regretted[:12]
    back = town.now(name)
    assert back.reason == f"it would bring back {gone}, which was taken off main"
    assert f"git rebase --onto main {gone}" in town.request(back).findings

    shop.work.git("rebase", "-q", "--onto", "main", gone, f"crew/tess-{name}")
    submit.submit(town.town, Submission(name, f"crew/tess-{name}", shop.work.head), TESS)
    town.settle()
    assert shop.landed == ["b", "a"]


def test_what_was_on_the_target_by_mistake_may_be_asked_for_properly(town, shop):
    name = shop.ask("a", file("a"))
    before = town.repo(shop.rig).git("rev-parse", "main")
    shop.set_main(town.repo(shop.rig).git("rev-parse", f"crew/tess-{name}"))
    shop.set_main(before)
    town.settle()
    assert shop.status(name) == ["landed"]


def test_a_pointer_to_a_submodule_moves_once(town, shop):
    def bump(oid: str) -> Callable[[Checkout], object]:
        pointer = f"160000,{oid},lib"
        return lambda work: work.git("update-index", "--add", "--cacheinfo", pointer)

    bump(LIB[0])(shop.work)
    shop.move_main("commit", "-q", "-m", "Add lib")
    names = [
        shop.ask_by("bump", bump(LIB[1])),
        shop.ask_by("beside", lambda work: work.commit("a.txt", "fine\n")),
        shop.ask_by("bump elsewhere", bump(LIB[2])),
    ]
    town.settle()
    assert shop.status(*names) == ["landed", "landed", "conflict"]
    assert f"160000 commit {LIB[1]}\tlib" in shop.tree
    assert town.now(names[2]).reason == "conflict with main in lib"


def test_pointers_to_large_files_merge_as_the_text_that_they_are(town, shop):
    def point(letter: str) -> dict[str, str]:
        return {"poster.psd": POINTER.format(oid=letter * 64)}

    shop.work.write(".gitattributes", "*.psd filter=lfs diff=lfs merge=lfs -text\n")
    shop.work.write("poster.psd", point("a")["poster.psd"])
    shop.work.git("add", "-A")
    shop.move_main("commit", "-q", "-m", "A poster")
    names = [
        shop.ask("another poster", point("b")),
        shop.ask("beside", file("a")),
        shop.ask("the same", point("b")),
        shop.ask("yet another", point("c")),
    ]
    town.settle()
    assert shop.status(*names) == ["landed", "landed", "no-op", "conflict"]
    assert town.file(shop.rig, "poster.psd") == point("b")["poster.psd"]
    assert town.now(names[3]).reason == "conflict with main in poster.psd"


def test_names_that_differ_in_case_only_are_different_names(town, shop):
    names = [
        shop.ask_by("rename", lambda work: work.git("mv", "prices.txt", "Prices.txt")),
        shop.ask("dearer", {"prices.txt": "apple 3\npear 4\nplum 6\n"}),
        shop.ask("small", {"a.txt": "small\n"}),
        shop.ask("large", {"A.txt": "large\n"}),
    ]
    town.settle()
    assert shop.status(*names) == ["landed"] * 4
    paths = [row.partition("\t")[2] for row in shop.tree]
    assert paths == ["A.txt", "Prices.txt", "README", "README.md", "a.txt", "check.sh"]
    assert town.file(shop.rig, "Prices.txt") == "apple 3\npear 4\nplum 6\n"


def test_no_hook_of_a_request_is_run(town, shop, tmp_path):
    ran = tmp_path / "ran"
    kinds = (
        "post-checkout", "post-merge", "pre-commit", "pre-merge-commit", "commit-msg",
        "post-commit", "reference-transaction", "post-index-change", "pre-push", "update",
    )  # fmt: skip
    hook = f"#!/bin/sh\necho \"$0\" >>'{ran}'\n"
    repo, standing = town.repo(shop.rig), Checkout(tmp_path / "standing")
    repo.git("worktree", "add", "-q", str(standing.path), "main")

    def add(work: Checkout) -> None:
        for folder in (".husky", "hooks", ".git-hooks"):
            for kind in kinds:
                work.write(f"{folder}/{kind}", hook).chmod(0o755)
        work.git("add", "-A")

    names = [shop.ask_by("hooks", add), shop.ask("a", file("a"))]
    town.settle()
    assert shop.status(*names) == ["landed", "landed"]
    assert not ran.exists()
    # Now they lie in the target's checkout, where a project's own tools point git at them.
    repo.git("config", "core.hooksPath", str(standing.path / ".husky"))
    third = shop.ask("b", file("b"))
    ran.unlink(missing_ok=True)  # what Tess typed ran them, as she wants it
    town.settle()
    assert shop.status(third) == ["landed"]
    assert (standing.branch, standing.read("b.txt")) == ("main", "fine\n")
    assert not ran.exists(), ran.read_text()
