"""No watcher lives, and a hook was missed: the next command makes up for it, or says so."""

from __future__ import annotations

import pytest

from gitgt.git.spool import Spool
from gitgt.services.agents import crew
from tests.support.checkout import Checkout
from tests.support.commandline import gt
from tests.support.town import TESS

OBSIDIAN = "shop/polecats/obsidian"
BEAD = "items/a/b/sh-abc12.yaml"
SAID = "gt: 1 thing waits, and no watcher lives\nhint: git gt tick\n"


@pytest.fixture
def shop(town):
    town.close()  # the watcher that the other tests have
    made = town.rig()
    gt("tick", cwd=town.town.root)
    return made


@pytest.fixture
def missed(town, shop):
    """A desk whose last commit no hook saw."""
    desk = town.desk(shop)
    desk.write(BEAD, "id: sh-abc12\ntitle: Sell limes\n")
    desk.git("add", BEAD)
    desk.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "Limes, please")
    return desk


@pytest.mark.parametrize("words", [["ready"], ["bead", "list"], ["agents"], ["bead", "stats"]])
def test_a_question_says_that_something_waits(town, missed, words):
    done = gt(*words, cwd=missed.path)
    assert (done.code, done.stderr) == (0, SAID)
    assert gt(*words, cwd=missed.path, env={"GT_AGENT": "shop/polecats/nux"}).stderr == ""
    gt("tick", cwd=missed.path)
    done = gt(*words, cwd=missed.path)
    assert (done.code, done.stderr) == (0, "")


def test_a_command_that_writes_sees_to_it_first(town, missed):
    done = gt("bead", "update", "sh-abc12", "--priority", "1", cwd=missed.path)
    assert (done.code, done.stderr) == (0, "")
    assert (town.now("sh-abc12").title, town.now("sh-abc12").priority) == ("Sell limes", 1)
    assert gt("ready", cwd=missed.path).stderr == ""


def test_what_a_hook_has_set_aside_does_not_wait(town, shop):
    desk = town.desk(shop)
    desk.write(BEAD, "id: sh-abc12\ntitle: Sell limes\nstatus: in_progress\n")
    desk.git("add", BEAD)
    aside = desk.attempt("commit", "-q", "--no-verify", "-m", "I am at it")
    assert "committed, but not in the ledger" in aside.stderr
    assert gt("ready", cwd=desk.path).stderr == ""


def test_while_a_watcher_lives_nothing_is_said(town, missed):
    town.watched()
    assert gt("ready", cwd=missed.path).stderr == ""
    assert gt("bead", "stats", cwd=missed.path).stderr == ""


def test_what_was_noted_for_a_watcher_that_died_is_seen(town, shop):
    town.watched()
    bead = town.bead(shop, "Sell limes")
    town.sling(bead)
    town.settle()
    sandbox = town.sandbox(shop, "obsidian")
    sandbox.write("limes", "1")
    sandbox.git("add", "limes")
    agent = {"GT_AGENT": OBSIDIAN, "GT_BRANCH": f"polecat/obsidian/{bead.id}"}
    sandbox.git("commit", "-q", "-m", f"Limes\n\nCloses: {bead.id}", env=agent)
    town.close()  # as kill -9 would

    assert gt("ready", cwd=town.town.root).stderr == SAID


def test_a_dirty_desk_that_is_behind_is_no_news(town, shop):
    desk = town.desk(shop)
    bead = town.bead(shop, "Sell limes")
    gt("tick", cwd=desk.path)
    path = f"items/{bead.id[3]}/{bead.id[4]}/{bead.id}.yaml"
    desk.write(path, desk.read(path) + "notes: half a thought\n")
    for priority in "12":
        done = gt("bead", "update", bead.id, "--priority", priority, cwd=desk.path)
        assert (done.code, done.stderr) == (0, "")
    assert gt("ready", cwd=desk.path).stderr == ""


def test_a_push_that_nobody_will_see_arrive_says_so(town, shop):
    bead = town.bead(shop, "Sell limes")
    crew.add(town.town, shop, "max", TESS)
    mine = Checkout(shop.path / "crew" / "max")
    mine.write("limes", "1")
    mine.git("add", "limes")
    mine.git("commit", "-q", "-m", f"Limes\n\nCloses: {bead.id}")

    pushed = mine.attempt("push", "-q", "origin", "crew/max")

    assert (pushed.returncode, pushed.stderr) == (
        0,
        "gt: no watcher lives to see this push arrive\nhint: git gt tick, once it has\n",
    )
    assert gt("ready", cwd=mine.path).stderr == SAID
    gt("tick", cwd=mine.path)
    assert gt("ready", cwd=mine.path).stderr == ""
    assert town.now(bead).merge_request


def test_a_commit_that_concerns_nobody_is_not_counted(town, shop):
    crew.add(town.town, shop, "max", TESS)
    mine = Checkout(shop.path / "crew" / "max")
    mine.git("commit", "-q", "--allow-empty", "-m", "Think")
    pushed = mine.attempt("push", "-q", "origin", "crew/max")

    assert (pushed.returncode, pushed.stderr) == (0, "")
    assert Spool.of(shop.repository_path).waiting() > 0
    assert gt("ready", cwd=mine.path).stderr == ""
