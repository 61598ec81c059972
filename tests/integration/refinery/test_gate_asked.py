"""Gates that somebody asks for, and what is told of what they said."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from gitgt.services.gates import gate
from tests.support.commandline import gt
from tests.support.shop import Shop
from tests.support.sitting import running
from tests.support.town import TESS
from tests.support.waiting import until

BAD = "FIXME\n"


def file(name: str, text: str = "fine\n") -> dict[str, str]:
    return {f"{name}.txt": text}


@pytest.fixture
def shop(town):
    return Shop(town, town.rig())


def verdicts(town, shop) -> list[str]:
    return (
        town.repo(shop.rig)
        .git("log", "--reverse", "--format=%s", "refs/gt/verdicts")
        .split("\n")
    )


def short(town, shop, name: str) -> str:
    return town.repo(shop.rig).git("rev-parse", "--short=12", name)


def test_what_somebody_tested_is_not_tested_again_by_the_queue(town, shop):
    name = shop.ask("a", file("a"))
    head = town.request(town.now(name)).head
    done = gt("gate", "run", head[:10], cwd=shop.work.path)
    assert (done.code, done.stderr) == (0, "")
    (first,) = done.stdout.splitlines()
    assert first.startswith(f"check passes on {head[:10]} ({head[:12]}), in ")
    town.settle()
    assert shop.landed == ["a"]
    assert list(shop.runs.values()) == [["pass"]]
    known = gt("gate", "run", "shop", "main", cwd=town.town.root)
    assert known.code == 0
    assert known.stdout.startswith("check passed on main (")
    assert known.stdout.endswith(": known, not run again\n")


def test_a_dirty_worktree_is_tested_as_it_is_and_left_as_it_is(town, shop):
    work = shop.work
    work.write("new.txt", BAD)
    work.write("README.md", "# Another\n")
    before = work.git("status", "--porcelain")
    done = gt("gate", "run", cwd=work.path)
    assert done.code == 1
    said, line = done.stdout.splitlines()
    assert said == "./new.txt:1:FIXME"
    assert line.startswith(f"check is red on what {work.path} holds (")
    assert ": it exited with 1, after " in line
    assert work.git("status", "--porcelain") == before
    assert work.head == town.repo(shop.rig).git("rev-parse", "main")
    work.git("add", "-A")
    work.git("commit", "-q", "-m", "The same, committed")
    again = gt("gate", "run", "HEAD", cwd=work.path)
    assert again.code == 1
    assert again.stdout.endswith(": known, not run again\n")


def test_pass_after_fail_is_said_and_counted(town, shop):
    flag = town.folder / "flag"
    gate.remove(town.town, shop.rig, "check", TESS)
    town.gate(shop.rig, f"sh -c 'test -e {str(flag)!r} || exit 3'", name="moody")
    assert gt("gate", "run", "shop", "main", cwd=town.town.root).code == 1
    flag.touch()
    done = gt("gate", "run", "shop", "main", "--again", cwd=town.town.root)
    assert done.code == 0
    assert done.stdout.endswith("; it was red on the same tree before\n")
    listed = gt("gate", "list", "shop", cwd=town.town.root).stdout
    assert listed.endswith("  (red for no reason in 1 of 2 runs, 50.0%)\n")


def test_what_could_not_run_is_neither_green_nor_red(town, shop):
    town.gate(shop.rig, "no-such-program", name="check")
    done = gt("gate", "run", "shop", "main", cwd=town.town.root)
    assert done.code == 75
    main = short(town, shop, "main")
    assert done.stdout == (
        f"check could not run on main ({main}): there is no program 'no-such-program'\n"
    )


def test_each_gate_is_run_and_the_worst_counts_but_for_those_in_quarantine(town, shop):
    town.gate(shop.rig, "false", name="lint")
    done = gt("gate", "run", "shop", "main", "--json", cwd=town.town.root)
    assert done.code == 1
    told = [(each["gate"], each["verdict"]) for each in json.loads(done.stdout)]
    assert told == [("check", "pass"), ("lint", "fail")]
    held = gt("gate", "quarantine", "shop", "lint", "-r", "Always no", cwd=town.town.root)
    assert held.stdout == "lint of shop neither blocks nor blames: Always no\n"
    done = gt("gate", "run", "shop", "main", cwd=town.town.root)
    assert done.code == 0
    assert "lint (in quarantine) was red on main" in done.stdout
    assert gt("gate", "run", "shop", "main", "--gate", "lint", cwd=town.town.root).code == 1


def test_an_agent_has_no_say_in_what_its_gate_finds(town, shop, monkeypatch):
    fakes = town.folder / "fakes"
    fakes.mkdir()
    (fakes / "grep").write_text("#!/bin/sh\nexit 1\n")
    (fakes / "grep").chmod(0o755)
    bead = town.bead(
        shop.rig,
        "Cheat",
        "echo FIXME >bad.txt; say 'Cheat'",
        f"PATH={str(fakes)!r}:$PATH git-gt gate run HEAD >>{str(town.folder)!r}/said 2>&1",
        f"echo $? >>{str(town.folder)!r}/said",
    )
    town.sling(bead, to="shop")
    town.settle()
    said = (town.folder / "said").read_text().splitlines()
    assert said[0] == "./bad.txt:1:FIXME"
    assert said[2] == "1"
    monkeypatch.setenv("GT_AGENT", "shop/polecats/nobody")
    done = gt("gate", "run", "main", cwd=shop.work.path)
    assert done.code == 1
    assert done.stderr == (
        "gt: shop/polecats/nobody has no session in shop whose environment is known\n"
        "hint: hand it in, and the refinery tests it: git gt done\n"
    )


def test_the_log_of_a_run_is_kept_and_of_a_pass_its_end(town, shop):
    town.gate(shop.rig, "sh -c 'echo so far so good; sh check.sh'")
    name = shop.ask("a", file("a", BAD))
    town.settle()
    red = gt("gate", "log", "shop", "check", name, cwd=town.town.root)
    assert red.stdout == "so far so good\n./a.txt:1:FIXME\n"
    assert red.stderr.startswith("check fail on ")
    assert red.stderr.endswith(": it exited with 1\n")
    green = gt("gate", "log", "shop", "check", "--json", cwd=town.town.root)
    answer = json.loads(green.stdout)
    assert (answer["verdict"], answer["log"]) == ("pass", "so far so good\n")
    tree = town.repo(shop.rig).git("rev-parse", "main^{tree}")
    assert gt("gate", "log", "shop", "check", tree, cwd=town.town.root).code == 0
    shop.work.commit("b.txt", "fine\n")
    unknown = gt("gate", "log", "shop", "check", shop.work.head, cwd=town.town.root)
    assert unknown.code == 1
    assert unknown.stderr == (
        f"gt: check has said nothing of {shop.work.head}\n"
        "hint: git gt gate run shop --gate check COMMIT\n"
    )


def test_why_something_may_land_or_not(town, shop):
    name = shop.ask("a", file("a", BAD))
    request = town.now(name).merge_request

    def why(what: str) -> list[str]:
        done = gt("gate", "why", "shop", what, cwd=town.town.root)
        assert (done.code, done.stderr) == (0, "")
        return done.stdout.splitlines()

    tree = short(town, shop, f"{town.request(town.now(name)).head}^{{tree}}")
    assert why(name) == [
        f"{request}, queued, for main, tree {tree}",
        "check  unknown  never run on this tree",
        "it may not land: not before these are content: check",
    ]
    town.settle()
    assert why(name) == [
        f"{request}, rejected, for main, tree {tree}",
        "check  fail  red 2 times",
        "it may not land: not before these are content: check",
    ]
    assert why("main")[1:] == [
        "check  pass  passed once", "it may land: every gate is content with it",
    ]  # fmt: skip
    waiver = gate.waive(
        town.town, shop.rig, "It is a joke", TESS,
        tree=town.repo(shop.rig).git("rev-parse", f"{tree}^{{tree}}"),
    )  # fmt: skip
    assert why(name)[-1] == f"it may land: the waiver {waiver.id} covers it: It is a joke"


def test_why_a_request_that_conflicts_may_not_land(town, shop):
    shop.ask("a", {"list.txt": "1\n"})
    second = shop.ask("b", {"list.txt": "2\n"})
    town.settle()
    answer = json.loads(gt("gate", "why", "shop", second, "--json", cwd=town.town.root).stdout)
    assert (answer["may_land"], answer["reason"]) == (False, "it conflicts in list.txt")
    assert (answer["tree"], answer["gates"], answer["status"]) == ("", [], "conflict")


def test_nothing_is_left_of_what_was_asked(town, shop):
    gt("gate", "run", "shop", "main", cwd=town.town.root)
    assert running(town.town) == []
    assert not [*(shop.rig.repository_path / "gt/runs").glob("*")]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("shop", "main", "more"), 2, "one RIG and one COMMIT at the most"),
        (("main", "--worktree"), 2, "either a COMMIT or --worktree"),
        (("shop",), 1, "is no worktree of shop"),
        (("shop", "main", "--gate", "no"), 1, "shop has no gate 'no'"),
        (("nowhere", "main"), 1, "there is no rig 'nowhere'"),
    ],
)
def test_what_cannot_be_asked_is_refused(town, shop, words, code, said):
    where = shop.work.path if words[0] == "main" else town.town.root
    done = gt("gate", "run", *words, cwd=where)
    assert done.code == code
    assert said in done.stderr


def waiting(town, shop) -> Path:
    """Give the shop a gate that waits for a word, and return where that is given."""
    word, log = town.folder / "word", town.folder / "begun"
    os.mkfifo(word)
    town.gate(shop.rig, f"sh -c 'echo once >>{str(log)!r}; read line <{str(word)!r}'")
    return word


def typed(town) -> subprocess.Popen:
    argv = ["git-gt", "gate", "run", "shop", "main"]
    return subprocess.Popen(
        argv, cwd=town.town.root, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def at_work(town) -> bool:
    return (town.folder / "begun").exists()


def test_a_run_outlives_a_kill_of_who_asked_and_its_verdict_is_taken_in(town, shop):
    word = waiting(town, shop)
    with typed(town) as asking:
        until(lambda: at_work(town))
        asking.kill()
    assert len(running(town.town)) == 1
    word.write_text("go\n")
    town.settle()
    known = gt("gate", "run", "shop", "main", cwd=town.town.root)
    assert known.stdout.endswith(": known, not run again\n")
    assert (town.folder / "begun").read_text() == "once\n"


def test_two_who_ask_for_the_same_share_one_run(town, shop):
    word = waiting(town, shop)
    with typed(town) as first, typed(town) as second:
        until(lambda: at_work(town))
        word.write_text("go\n")
        told = [each.communicate(timeout=60)[0] for each in (first, second)]
    assert [each.returncode for each in (first, second)] == [0, 0]
    assert all("check pass" in each for each in told)
    assert (town.folder / "begun").read_text() == "once\n"


def test_who_goes_away_stops_the_run_that_was_begun_for_it(town, shop):
    waiting(town, shop)
    with typed(town) as asking:
        until(lambda: at_work(town))
        asking.send_signal(signal.SIGINT)
        asking.communicate(timeout=60)
    assert asking.returncode == 130
    until(lambda: not running(town.town))
    town.turn()
    assert not [*(shop.rig.repository_path / "gt/runs").glob("*")]
    assert town.repo(shop.rig).git("for-each-ref", "refs/gt/verdicts") == ""
