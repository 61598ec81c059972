"""Chores of the repositories, each in a real one, and nothing that matters goes."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from gitgt.errors import BusyError, GateFailedError, RefusedError
from gitgt.git import orphans, packing, trash, worktree
from gitgt.git.repository import Repository
from gitgt.model.chores import Chore
from gitgt.model.documents import Escalation, Outcome
from gitgt.reactor.key import Key
from gitgt.roles.chores import ChoresRole
from gitgt.services import beads as services_beads
from gitgt.services import leases
from gitgt.services.dogs import chores
from tests.support.checkout import Checkout
from tests.support.death import DEATH
from tests.support.town import TESS, TownBuilder

DAY = 86400.0
OLD = 15 * DAY


@pytest.fixture
def town(tmp_path):
    builder = TownBuilder(tmp_path).watched()
    yield builder
    builder.close()


@pytest.fixture
def project(tmp_path):
    return Checkout.init(tmp_path / "project")


def test_packing_lets_only_what_is_old_and_unreachable_go(project, tmp_path):
    git = project.git
    repository = Repository(project.path / ".git")

    def blob(text, age=0.0):
        path = tmp_path / "text"
        path.write_text(text)
        oid = git("hash-object", "-w", str(path))
        loose = repository.common / "objects" / oid[:2] / oid[2:]
        at = loose.stat().st_mtime - age
        os.utime(loose, (at, at))
        return oid

    young, old = blob("young"), blob("old", OLD)
    kept, reflogged = blob("kept", OLD), git("rev-parse", "HEAD")
    git("update-ref", "refs/gt/trash/20261101T000000Z-aaaaaa/thing", kept)
    git("commit", "-q", "--amend", "-m", "Again")
    git("config", "gc.pruneExpire", "now")
    git("config", "gc.reflogExpireUnreachable", "now")
    before = packing.crowd(repository.common)
    packing.pack(repository, within=60)
    after = packing.crowd(repository.common)
    assert (before.packs, after.packs > 0, after.refs < before.refs) == (0, True, True)
    there = {oid: project.git("cat-file", "--batch-check", stdin=f"{oid}\n").split()[1]
             for oid in (young, old, kept, reflogged)}  # fmt: skip
    assert there == {young: "blob", old: "missing", kept: "blob", reflogged: "commit"}


def test_a_worktree_whose_folder_is_gone_is_forgotten_and_its_commits_are_kept(
    project, tmp_path
):
    repository = Repository(project.path / ".git")
    places = {name: tmp_path / name / "here" for name in ("gone", "away", "locked", "there")}
    for name, path in places.items():
        project.git("worktree", "add", "-q", "--detach", str(path))
        Checkout(path).commit(name)
        for git_dir in worktree.git_dirs(repository):
            os.utime(git_dir / "HEAD", (1000.0, 1000.0))
    tip = worktree.tip(places["gone"])
    project.git("worktree", "lock", str(places["locked"]))
    shutil.rmtree(places["gone"])
    shutil.rmtree(places["locked"])
    shutil.rmtree(places["away"].parent)  # as if its disk were not there
    assert orphans.orphans(repository.common, now=4000.0) == {}
    assert orphans.let_go(repository, now=5000.0) == [places["gone"]]
    assert orphans.let_go(repository, now=5000.0) == []
    assert [(each.what, each.commit) for each in trash.discarded(repository)] == [
        ("detached/here", tip)
    ]
    assert len(worktree.git_dirs(repository)) == 4


def look(town, rig="shop"):
    """Let the role look; it remembers nothing."""
    return ChoresRole(town.town).reconcile(Key("chores", rig)).again_in


def test_a_branch_that_landed_goes_to_the_trash_after_a_day_and_from_there_after_thirty(town):
    shop = town.rig()
    done = town.bead(shop, "Plums", "echo plum 6 >>prices.txt", "closes Plums")
    town.sling(done, to="shop/nux")
    town.settle()
    repo = town.repo(shop)
    branch = f"refs/heads/polecat/nux/{done.id}"
    tip = repo.git("rev-parse", branch)
    Checkout(town.sandbox(shop, "nux").path).git("switch", "-q", "--detach")
    assert look(town) > DAY - 600
    town.clock.advance(DAY)
    look(town)
    assert repo.git("for-each-ref", branch) == ""
    [thrown] = trash.discarded(town.ledger(shop).repository)
    assert (thrown.what, thrown.commit) == (f"heads/polecat/nux/{done.id}", tip)
    town.clock.advance(30 * DAY - 1)
    look(town)
    assert trash.discarded(town.ledger(shop).repository) == [thrown]
    town.clock.advance(3600)
    look(town)
    assert trash.discarded(town.ledger(shop).repository) == []


def test_whoever_clears_branches_may_die_anywhere_and_no_commit_is_lost(town):
    shop = town.rig()
    beads = [town.bead(shop, f"Bead {number}") for number in range(8)]
    git = town.repo(shop).git
    tip = git("rev-parse", "main")
    for each in beads:
        closed = services_beads.close(
            town.town, each.id, TESS, outcome=Outcome.NO_CHANGES, reason="done"
        )  # fmt: skip
        git("update-ref", f"refs/heads/polecat/nux/{closed.id}", tip)
    town.clock.advance(2 * DAY)
    for number in range(1, 50):
        town.clock.advance(3601)  # until the lease of the dead is over: the process lives on
        with DEATH.before(number):
            chores.do(town.town, shop, Chore.BRANCHES)
        there = git("for-each-ref", "--format=%(refname)", "refs/heads/polecat").split()
        thrown = {each.what for each in trash.discarded(town.ledger(shop).repository)}
        for each in beads:
            branch = f"heads/polecat/nux/{each.id}"
            assert f"refs/{branch}" in there or branch in thrown
        if not DEATH.came:
            break
    assert there == []
    assert number > 2


def settings(town, text, name="settings/config.yaml"):
    path = town.town.root / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


@pytest.fixture
def copied(town, tmp_path):
    """A rig with 25 beads, which was copied once; its copy."""
    shop = town.rig()
    for number in range(25):
        town.bead(shop, f"Bead {number}")
    for name in ("wip/shop/polecats/nux", "lease/here"):
        town.repo(shop).git("update-ref", f"refs/gt/{name}", "main")
    with pytest.raises(RefusedError, match="no place for a backup is set"):
        chores.do(town.town, shop, Chore.BACKUP)
    copies = tmp_path / "copies"
    copies.mkdir()
    settings(town, f"backup:\n  to: {copies}/{{repository}}.git\n")
    assert is_wanted(town, Chore.BACKUP)
    assert chores.do(town.town, shop, Chore.BACKUP) == f"copied to {copies}/shop.git"
    return Checkout(copies / "shop.git").git


def is_wanted(town, chore):
    found = chores.facts(town.town, town.town.rig("shop"))
    return next(each.wanted for each in found if each.chore is chore)


def test_a_backup_has_all_that_is_ours(town, copied):
    git = town.repo(town.town.rig("shop")).git
    assert not is_wanted(town, Chore.BACKUP)
    wip = "refs/gt/wip/shop/polecats/nux"
    assert copied("rev-parse", "beads", "main", wip) == git("rev-parse", "beads", "main", wip)
    assert copied("for-each-ref", "refs/gt/lease") == ""


def test_a_ledger_that_shrank_is_not_copied_before_a_person_has_looked(town, copied, tmp_path):
    shop = town.town.rig("shop")
    git, index = town.repo(shop).git, {"GIT_INDEX_FILE": str(tmp_path / "index")}
    git("read-tree", "beads", env=index)
    names = git("ls-files", "items", env=index).splitlines()
    git("rm", "-q", "--cached", *names[:10], env=index)
    tree = git("write-tree", env=index)
    less = git("commit-tree", "-p", "beads", "-m", "Lose ten", tree)
    git("update-ref", "refs/heads/beads", less)
    for _ in range(3):
        with pytest.raises(RefusedError, match="the ledger has 15 beads and its copy 25"):
            chores.do(town.town, shop, Chore.BACKUP)
    [(severity, title)] = town.escalations(shop)
    assert severity == "high"
    assert title.startswith("backup of shop failed 3 times: the ledger has 15")
    chores.do(town.town, shop, Chore.BACKUP, force=True)
    assert copied("merge-base", less, "beads") == less


def test_main_is_tested_again_and_a_red_one_is_told(town):
    shop = town.rig(gate=f"sh -c '! test -e {town.folder}/broken'")
    assert chores.do(town.town, shop, Chore.MAIN).startswith("main is green at ")
    (town.folder / "broken").touch()
    for _ in range(3):
        with pytest.raises(GateFailedError, match="main of shop is not green"):
            chores.do(town.town, shop, Chore.MAIN)
    assert [severity for severity, _ in town.escalations(shop)] == ["high"]
    (town.folder / "broken").unlink()
    chores.do(town.town, shop, Chore.MAIN)
    assert [str(each.status) for each in town.ledger(shop).all(Escalation)] == ["closed"]


def test_the_doctor_looks_once_a_day_and_tells_once(town):
    git = town.repo(town.rig()).git
    assert ChoresRole(town.town).reconcile(Key("chores", "hq")).again_in == DAY
    before = git("config", "remote.origin.fetch")
    git("config", "--unset-all", "remote.origin.fetch")

    def told():
        return [
            (str(each.status), each.repeats)
            for each in town.ledger().all(Escalation)
            if each.about == "doctor/refspec/shop"
        ]

    chores.do(town.town, None, Chore.DOCTOR)
    assert told() == [("open", 0)]
    chores.do(town.town, None, Chore.DOCTOR)
    assert told() == [("open", 0)]
    git("config", "remote.origin.fetch", before)
    chores.do(town.town, None, Chore.DOCTOR)
    assert [status for status, _ in told()] == ["closed"]


def test_one_does_it_and_nothing_heavy_beside_a_landing(town):
    shop = town.rig()
    repository = town.town.ledger_at(shop).repository
    with (
        leases.held(town.town, repository, "chore-trash", "deacon", lasts=60.0),
        pytest.raises(BusyError, match="deacon is at chore-trash"),
    ):
        chores.do(town.town, shop, Chore.TRASH)
    assert chores.do(town.town, shop, Chore.TRASH) == "0 refs left the trash"
    town.repo(shop).git("update-ref", "refs/gt/intent/main", "main")
    with pytest.raises(BusyError, match="a gate or a landing is at work in shop"):
        chores.do(town.town, shop, Chore.PACK)


def test_a_town_in_order_starts_nothing_and_writes_nothing(town):
    shop = town.rig()
    common = Path(shop.repository_path)
    before = sorted((each, each.stat().st_mtime_ns) for each in common.rglob("*"))
    role = ChoresRole(town.town)
    assert role.reconcile(Key("chores", "shop")).again_in is None
    assert role.reconcile(Key("chores", "shop")).again_in == 600.0
    town.clock.advance(601)
    assert role.reconcile(Key("chores", "shop")).again_in is None
    assert sorted((each, each.stat().st_mtime_ns) for each in common.rglob("*")) == before
