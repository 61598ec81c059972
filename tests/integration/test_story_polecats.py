"""Clearing up after polecats, and what each has done: nothing is lost, and all is counted."""

from __future__ import annotations

import json

import pytest

from gitgt.errors import RefusedError
from gitgt.git import trash
from gitgt.git.repository import Repository
from gitgt.model.session_record import Usage
from gitgt.services.agents import agents, cv, polecats, sandbox
from gitgt.services.sessions import session_records
from tests.support.commandline import gt
from tests.support.outputs import validator
from tests.support.town import TESS
from tests.support.waiting import until

OBSIDIAN = "shop/polecats/obsidian"
QUARTZ = "shop/polecats/quartz"
WAITS = ("touch ../../here", "until [ -e ../../go ]; do sleep 0.02; done")


@pytest.fixture
def shop(town):
    """A rig."""
    return town.rig()


def nuke(town, shop, address=OBSIDIAN, *, force=False):
    """Take a sandbox away."""
    return polecats.nuke(town.town, shop, address, TESS, force=force)


def thrown(shop):
    """Return what is in the trash, and where it stood."""
    return {
        each.what: each.commit for each in trash.discarded(Repository(shop.repository_path))
    }


def test_a_sandbox_in_which_nothing_is_at_hand_goes_and_the_identity_stays(town, shop):
    bead = town.bead(shop, "Apples", "echo 1 >apples", "closes Apples")
    town.sling(bead)
    town.settle()
    tip = town.repo(shop).git("rev-parse", f"polecat/obsidian/{bead.id}")

    kept = nuke(town, shop)

    assert thrown(shop) == {f"heads/polecat/obsidian/{bead.id}": tip}
    assert (kept.snapshot, kept.aside) == ("", None)
    assert not (shop.path / "polecats/obsidian").exists()
    assert town.repo(shop).git("branch", "--list", "polecat/*") == ""
    assert agents.find(town.town, OBSIDIAN).state == "idle"
    assert cv.of(town.town, "shop/obsidian").landed == 1

    again = town.bead(shop, "Pears", "echo 2 >pears", "closes Pears")
    town.sling(again)
    town.settle()
    assert (town.now(again).status, town.now(again).assignee) == ("closed", OBSIDIAN)


def test_work_at_hand_is_told_and_by_force_it_is_kept_before_all_goes(town, shop):
    bead = town.bead(shop, "Apples", "echo 1 >a", "say Half", "echo 2 >b", *WAITS)
    town.sling(bead)
    town.turn()
    until((shop.path / "here").exists)
    town.turn()
    branch = f"polecat/obsidian/{bead.id}"
    tip = town.repo(shop).git("rev-parse", branch)

    with pytest.raises(RefusedError) as refusal:
        nuke(town, shop)
    assert refusal.value.message == (
        f"{OBSIDIAN} is not done: its session goes on; {bead.id} is on its hook; "
        f"1 commit of {branch} not landed or pushed; "
        f"{shop.path}/polecats/obsidian has changes that are not committed"
    )
    how = f"git gt polecat nuke {OBSIDIAN} --force"
    assert refusal.value.hint == f"{how} keeps it in refs/gt/, and takes the worktree away"
    assert (shop.path / "polecats/obsidian/b").exists()

    kept = nuke(town, shop, force=True)

    assert thrown(shop) == {f"heads/{branch}": tip}
    assert town.repo(shop).git("show", f"{kept.snapshot}:b") == "2"
    assert town.repo(shop).git("show", f"{kept.trash[0]}:a") == "1"
    assert (town.now(bead).status, town.now(bead).assignee) == ("open", "")
    assert not (shop.path / "polecats/obsidian").exists()


def test_whoever_takes_the_bead_up_again_begins_anew(town, shop):
    bead = town.bead(shop, "Apples")
    town.sling(bead)
    path, _ = sandbox.prepare(shop, town.ledger(shop), town.now(bead))
    (path / "half").write_text("half\n")
    nuke(town, shop, force=True)
    town.sling(bead, to="shop/obsidian")
    sandbox.prepare(shop, town.ledger(shop), town.now(bead))
    assert not (path / "half").exists()


def test_a_branch_that_waits_to_land_stays(town, shop):
    town.gate(shop, "sh -c 'until [ -e ../../go ]; do sleep 0.02; done'", name="slow")
    bead = town.bead(shop, "Apples", "echo 1 >apples", "closes Apples")
    town.sling(bead)
    town.turn()
    until(lambda: _submitted(town, bead))

    kept = nuke(town, shop, force=True)

    assert kept.trash == ()
    assert town.repo(shop).git("show", f"polecat/obsidian/{bead.id}:apples") == "1"


def _submitted(town, bead):
    town.turn()
    return bool(town.now(bead).merge_request)


def test_old_sandboxes_are_found_and_branches_that_landed_go(town, shop):
    first = town.bead(shop, "Apples", "echo 1 >apples", "closes Apples")
    town.sling(first)
    town.settle()
    for title in ("Pears", "Plums"):
        bead = town.bead(shop, title, f"echo 1 >{title}", f"closes {title}")
        town.sling(bead, to="shop/quartz")
        town.settle()
    half = town.bead(shop, "Half", "echo 1 >half", "say Half", "exit 1")
    town.sling(half, to="shop/quartz")
    town.settle()

    assert polecats.stale(town.town, shop) == []
    old = polecats.stale(town.town, shop, threshold=3)
    assert [(each.address, each.kept_for) for each in old] == [(OBSIDIAN, ())]

    found = polecats.collect(town.town, shop)
    landed = {f"polecat/quartz/{each}" for each in _beads(town, shop, "Pears", "Plums")}
    assert set(found.gone) == landed
    assert found.kept == {}
    assert set(thrown(shop)) == {f"heads/{name}" for name in landed}


def _beads(town, shop, *titles):
    rows = town.ledger(shop).rows(kind="bead")
    return [row.id for row in rows if row.title in titles]


def test_another_name_takes_the_cv_along_and_a_retired_one_gets_no_work(town, shop):
    bead = town.bead(shop, "Apples", "echo 1 >apples", "closes Apples")
    town.sling(bead)
    town.settle()
    rig, agent = polecats.find(town.town, "shop/obsidian")
    with pytest.raises(RefusedError) as refusal:
        polecats.rename(town.town, rig, agent, "nux", TESS)
    assert refusal.value.message == f"{OBSIDIAN} is in use: it has a sandbox"

    nuke(town, shop)
    made = polecats.rename(town.town, rig, agent, "nux", TESS)
    assert made == "shop/polecats/nux"
    found = cv.of(town.town, "shop/nux")
    assert (found.landed, found.formerly) == (1, (OBSIDIAN,))
    assert [each.address for each in polecats.every(town.town, shop)] == [made]

    _, renamed = polecats.find(town.town, made)
    polecats.retire(town.town, rig, renamed, TESS, reason="done")
    assert polecats.every(town.town, shop) == []
    other = town.bead(shop, "Pears")
    town.sling(other)
    assert town.now(other).assignee not in (made, OBSIDIAN)
    assert cv.of(town.town, made).landed == 1


def test_a_cv_counts_what_came_back_and_what_sessions_used(town, shop):
    bead = town.bead(shop, "Prices", "echo FIXME >new.txt", "closes Prices")
    town.agent_does(bead.id, "echo 1 >new.txt", "closes Mended", attempt=2)
    town.sling(bead)
    town.settle()
    record = session_records.records(town.town, shop, address=OBSIDIAN)[0]
    usage = {"claude-opus-4-5": Usage(input=100, output=20, cache_read=0, cache_write=0)}
    session_records.note_usage(town.town, shop, OBSIDIAN, record.session, usage)

    found = cv.of(town.town, "shop/obsidian")

    assert (found.done, found.landed, found.first_time_right) == (1, 1, 0)
    assert (found.sent_back, found.conflicts, found.failures) == (1, 0, 1)
    assert (found.sessions, found.runtimes, found.tokens, found.unknown) == (
        2, ("script",), 120, 1
    )  # fmt: skip
    assert (found.cost, found.cost_is_whole) == (pytest.approx(0.001), False)
    done = gt("cv", "shop/obsidian", cwd=town.town.root)
    lines = done.stdout.splitlines()
    assert lines[:4] == [
        OBSIDIAN, "done       1, 1 landed, 0 at once",
        "sent back  1 (0 conflicts, 1 failures)", "sessions   2 on script",
    ]  # fmt: skip
    assert lines[5:7] == [
        "tokens     120, and 1 sessions of which nobody knows", "cost       $0.0010+",
    ]  # fmt: skip
    assert lines[7].split()[:2] == [bead.id, "success"]
    told = json.loads(gt("cv", "shop/obsidian", "--json", cwd=town.town.root).stdout)
    validator("cv").validate(told)


def test_the_commands_answer_as_they_promise(town, shop):
    bead = town.bead(shop, "Apples", "echo 1 >apples", "closes Apples")
    town.sling(bead)
    town.settle()

    def told(schema, *words):
        done = gt("polecat", *words, "--json", cwd=town.town.root)
        assert (done.code, done.stderr) == (0, "")
        answer = json.loads(done.stdout)
        validator(schema).validate(answer)
        return answer

    assert told("recovery", "check-recovery", "shop/obsidian")["verdict"] == "SAFE_TO_NUKE"
    assert told("cleared", "nuke", "shop", "--all", "--dry-run") == [
        {"address": OBSIDIAN, "at_hand": []}
    ]
    assert told("idle", "stale", "shop", "--threshold", "1")[0]["address"] == OBSIDIAN
    assert told("collected", "gc", "shop", "--dry-run") == {"gone": [], "kept": []}
    assert told("cleared", "remove", "shop/obsidian")[0]["trash"] == []
    assert told("collected", "gc", "shop")["gone"] == [f"polecat/obsidian/{bead.id}"]
    assert told("named", "identity", "add", "shop", "nux") == {"address": "shop/polecats/nux"}
    assert told("named", "identity", "rename", "shop/nux", "max")["address"].endswith("/max")
    assert told("named", "identity", "remove", "shop/max")["address"].endswith("/max")
    assert [each["status"] for each in told("documents", "identity", "list", "shop", "--all")]
    assert gt("polecat", "identity", "list", "shop", cwd=town.town.root).stdout.split()[:2] == [
        OBSIDIAN, "active"
    ]  # fmt: skip
