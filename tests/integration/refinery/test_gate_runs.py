"""Gates as processes, in slots, on exact trees."""

from __future__ import annotations

import os
import signal

import pytest

from gitgt.git.spool import Spool
from gitgt.model.gate import Evidence, Gate, Verdict
from gitgt.runtime import identity, process
from gitgt.runtime.process import Running
from tests.support.gate_shop import shell
from tests.support.waiting import until


def test_a_gate_passes_on_the_exact_tree(shop):
    commit = shop.commit("price", "10\n")
    assert shop.judge('[ "$(cat price)" = 10 ]', commit) == Evidence(passes=1, passed_at=1)
    assert shop.judge('[ "$(cat price)" = 9 ]') == Evidence(passes=1, passed_at=2)
    assert shop.leftovers == []


def test_a_red_gate_leaves_its_log(shop):
    gate = shell("echo one apple too many; echo really >&2; exit 3")
    run = shop.begin(gate)
    shop.end(gate)
    assert shop.evidence(run, gate) == Evidence(fails=1, failed_at=1)
    assert shop.runs().log(run.tree, gate) == "one apple too many\nreally\n"


def test_when_it_ends_there_is_a_note(shop):
    spool = Spool.of(shop.repository.common)
    spool.take()
    gate = shell("true")
    shop.begin(gate)
    until(spool.waiting)
    shop.end(gate)


@pytest.mark.parametrize("script", ["exit 127", "exit 126", "no-such-program-anywhere"])
def test_what_could_not_run_is_no_verdict(shop, script):
    found = shop.judge(script)
    assert (found.verdict, found.fails) == (Verdict.COULD_NOT_RUN, 0)
    assert shop.repository.ref("refs/gt/verdicts") is None


def test_a_program_that_is_missing_is_noted_at_once_and_tried_again_later(shop):
    gate = Gate(name="test", command=("no-such-program-anywhere",))
    run = shop.begin(gate)
    runs = shop.runs()
    trouble = runs.evidence(run.tree, gate).trouble
    assert trouble == "there is no program 'no-such-program-anywhere'"
    assert runs.retry_in() == 30
    shop.clock.now += 30
    assert runs.retry_in() == 0
    runs.try_again()
    assert runs.retry_in() == 30
    shop.begin(gate)
    assert runs.retry_in() == 60
    assert shop.leftovers == []


def test_trouble_with_another_tree_is_not_waited_for(shop):
    shop.begin(Gate(name="test", command=("no-such-program-anywhere",)))
    assert shop.runs().retry_in() is None


def test_a_gate_that_takes_too_long_is_stopped_with_all_its_children(shop):
    mark = shop.town.root / "pid"
    gate = shell(f"sleep 1000 & echo $! >'{mark}'; wait", timeout=1.0)
    run = shop.begin(gate)
    shop.end(gate)
    found = shop.evidence(run, gate)
    assert (found.verdict, found.doubtful) == (Verdict.FAIL, True)
    assert identity.identify(int(mark.read_text())) is None


def test_who_daemonizes_does_not_outlive_the_gate(shop):
    mark = shop.town.root / "pid"
    daemon = f"setsid sh -c 'echo $$ >\"{mark}\"; exec sleep 1000' &"
    assert shop.judge(f"{daemon} until [ -s '{mark}' ]; do :; done").verdict is Verdict.PASS
    assert identity.identify(int(mark.read_text())) is None


def test_a_gate_that_was_killed_is_doubted(shop):
    found = shop.judge("kill -9 $$")
    assert (found.verdict, found.doubtful) == (Verdict.FAIL, True)


@pytest.mark.parametrize(
    "script",
    [
        "echo 0 >price",
        "rm price",
        "chmod +x price",
        "git update-index --assume-unchanged price && echo 0 >price",
        "git update-index --skip-worktree price && rm price",
        "git -c user.name=a -c user.email=a@b commit -q --allow-empty -m mine",
        "git rm -q --cached price",
        "rm -rf .git",
        "rm -rf .[!.]* *",
        "git checkout -q --orphan other",
    ],
)
def test_a_gate_that_changes_the_tree_has_not_tested_it(shop, script):
    assert shop.judge(script).verdict is Verdict.FAIL
    assert not shop.slot.exists()
    assert shop.judge('[ "$(cat price)" = 9 ]').verdict is Verdict.PASS


def test_nothing_of_one_run_reaches_the_next_but_what_is_kept(shop):
    keep = ("cache", "*.venv")
    leave = "mkdir -p cache/x my.venv build .hidden; touch cache/x/1 my.venv/1 build/1 ignored"
    assert shop.judge(leave, keep=keep).verdict is Verdict.PASS
    kept = "[ -e cache/x/1 ] && [ -e my.venv/1 ]"
    gone = "[ ! -e build ] && [ ! -e .hidden ] && [ ! -e ignored ]"
    assert shop.judge(f"{kept} && {gone}", keep=keep).verdict is Verdict.PASS


def test_folders_that_may_not_be_changed_and_repositories_are_no_obstacle(shop):
    leave = "mkdir -p locked/in; touch locked/in/1; chmod 500 locked/in locked; git init -q x"
    assert shop.judge(leave).verdict is Verdict.PASS
    assert shop.judge("[ ! -e locked ] && [ ! -e x ]").verdict is Verdict.PASS


def test_a_gate_sees_no_secret_and_no_git_of_ours(shop, monkeypatch):
    monkeypatch.setenv("SHOP_TOKEN", "hush-hush")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "somebody")
    gate = shell("env; echo in=$(cat); exit 1")
    run = shop.begin(gate)
    shop.end(gate)
    said = shop.runs().log(run.tree, gate)
    assert "hush-hush" not in said
    assert "somebody" not in said
    assert "GT_GATE=1\n" in said
    assert "CI=1\n" in said
    assert said.endswith("in=\n")
    assert f"TMPDIR={shop.repository.gt}/tmp/slot-0\n" in said


def test_endless_output_is_cut(shop):
    gate = shell("yes apple | head -c 5000000; echo the end; exit 1")
    run = shop.begin(gate)
    shop.end(gate)
    log = shop.runs().log(run.tree, gate)
    assert len(log) < 100_000
    assert log.endswith("the end\n")


def test_who_comes_after_a_crash_finds_the_run(shop, tmp_path):
    go = tmp_path / "go"
    os.mkfifo(go)
    gate = shell(f"read line <'{go}'")
    run = shop.begin(gate)
    assert list(shop.runs().running()) == [run]
    assert not shop.runs().take_in({"test": gate})
    go.write_text("on\n")
    shop.end(gate)
    assert shop.evidence(run, gate).verdict is Verdict.PASS


def test_what_has_ended_counts_as_running_until_it_was_taken_in(shop):
    gate = shell("true")
    run = shop.begin(gate)
    (live,) = shop.runs().live()
    until(lambda: not isinstance(process.look(live.folder), Running))
    assert list(shop.runs().running()) == [run]
    shop.end(gate)
    assert list(shop.runs().running()) == []


def test_a_run_whose_shim_was_killed_is_run_again_without_a_word(shop):
    gate = shell("sleep 1000")
    run = shop.begin(gate)
    (live,) = shop.runs().live()

    def at_work() -> Running | None:
        seen = process.look(live.folder)
        return seen if isinstance(seen, Running) and seen.command else None

    seen = until(at_work)
    os.kill(seen.shim.pid, signal.SIGKILL)
    shop.end(gate)
    assert shop.evidence(run, gate) == Evidence()
    assert not identity.is_alive(seen.command)
    assert shop.leftovers == []


def test_a_run_that_goes_on_vanishing_is_a_trouble(shop):
    gate = shell("sleep 1000")
    for _ in range(3):
        run = shop.begin(gate)
        (live,) = shop.runs().live()
        process.stop(live.folder, grace=0.0)
        shop.end(gate)
    assert shop.evidence(run, gate).trouble == "its run vanished 3 times"


def test_a_cancelled_run_leaves_nothing(shop):
    gate = shell("sleep 1000")
    run = shop.begin(gate)
    shop.runs().cancel(run)
    assert list(shop.runs().running()) == []
    shop.end(gate)
    assert shop.evidence(run, gate) == Evidence()
    assert shop.leftovers == []


def test_a_gate_whose_definition_changed_meanwhile_leaves_no_verdict(shop):
    run = shop.begin(shell("true"))
    other = shell("false")
    shop.end(other)
    assert shop.evidence(run, other) == Evidence()
    assert shop.evidence(run, shell("true")) == Evidence()


def test_two_runs_have_two_slots(shop):
    gate = shell("sleep 1000")
    first, second = shop.begin(gate), shop.begin(gate, shop.commit("price", "10\n"))
    assert {each.slot for each in shop.runs().live()} == {0, 1}
    shop.runs().cancel(first)
    shop.runs().cancel(second)
    until(lambda: shop.runs().take_in({"test": gate}) and not shop.runs().live())
