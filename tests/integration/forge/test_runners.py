"""The queue of a rig whose gate runs on the forge's runners: real pushes, clones and runs."""

import shutil

import pytest

from gitgt.services.gates import gate_asked
from tests.support.death import DEATH
from tests.support.forge_runners import Fault
from tests.support.outputs import validator
from tests.support.runner_shop import RunnerShop
from tests.support.shop import file

pytestmark = pytest.mark.skipif(not shutil.which("gh"), reason="gh is not installed")
BAD = "FIXME\n"


@pytest.fixture
def shop(town, monkeypatch):
    found = RunnerShop(town, monkeypatch)
    yield found
    found.close()


def test_three_requests_of_which_one_is_bad(town, shop):
    names = [shop.ask(title, file(title, BAD if title == "b" else "fine\n")) for title in "abc"]
    shop.settle()
    assert shop.status(*names) == ["landed", "rejected", "landed"]
    assert shop.landed == ["a", "c"]
    # abc is red, b twice on top of a, a green, ac green.
    ran = shop.runners.ran
    assert sorted(ran.count(each) for each in {*ran}) == [1, 1, 1, 2]
    assert shop.branches == []
    assert "FIXME" in town.request(town.now(names[1])).findings
    assert town.escalations(shop.rig) == []


def test_a_runner_that_is_lost_blames_nobody_and_somebody_is_told(town, shop):
    shop.runners.faults = [Fault.LOST]
    name = shop.ask("a", file("a"))
    for _ in range(3):
        waits = shop.look().again_in
    assert (len(shop.branches), waits <= 5.0) == (1, True)
    town.clock.advance(1000.0)
    shop.look()
    why = "check could not run: no runner answered within 660 s"
    assert town.escalations(shop.rig) == [("high", f"the queue of shop stands still: {why}")]
    assert shop.status(name) == ["queued"]
    assert shop.look().again_in == 30.0
    assert shop.branches == []

    town.clock.advance(31.0)
    shop.settle()
    assert shop.status(name) == ["landed"]
    (tree,) = {*shop.runners.ran}
    assert shop.runners.ran == [tree, tree]


def test_a_refinery_that_dies_anywhere_hands_over_each_tree_once(town, shop):
    shop.records()
    run, act, deaths = shop.begin(), 0, 0
    while shop.queue.live() or shop.queue.probes.left():
        act += 1
        with DEATH.before(act):
            shop.sync()
            shop.take_in()
        if DEATH.came:
            deaths += 1
            continue
        act = 0
        shop.runners.look()
    assert deaths > 10
    commit = town.repo(shop.rig).git("rev-parse", "main")
    assert (shop.runners.ran, shop.branches) == ([commit], [])
    assert shop.evidence(run).passes == 1
    assert f"probe/{commit}" in town.repo(shop.rig).git("for-each-ref", "refs/gt/trash")


def test_who_forgets_everything_in_between_finds_what_stands_there(town, shop):
    shop.runners.faults = [Fault.SLOW]
    name = shop.ask("a", file("a"))
    shop.look()
    shop.look()
    (job,) = shop.runners.jobs
    shutil.rmtree(town.town.ledger_at(shop.rig).repository.gt / "runs")
    shop.restart()
    shop.look()
    assert shop.branches == [job.commit]

    shop.runners.run(job)
    shop.settle()
    assert (shop.status(name), shop.runners.ran) == (["landed"], [job.commit])
    assert shop.branches == []


def test_a_gate_that_somebody_asks_for_is_run_there_too(town, shop):
    place = gate_asked.commit_at(town.town, shop.rig, "main", shop.rig.path)
    said: list[bytes] = []
    shop.runners.faults = [Fault.FLAKY]
    answer = gate_asked.ask(
        town.town, shop.rig, shop.gate, place, again=False, shown=said.append
    )
    assert (str(answer.verdict), answer.why, answer.fresh) == (
        "fail",
        "check says failure",
        True,
    )
    assert b"https://github.com/ada/shop/runs/1000" in b"".join(said)


# --- what each forge says

LOST = {"github": "its runner was lost", "gitlab": "runner_system_failure", "gitea": ""}
CANCELLED = {
    "github": "check says cancelled", "gitlab": "check was canceled",
    "gitea": "Has been cancelled",
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "by"),
    [("github", "github-actions"), ("gitlab", "pipeline"), ("gitea", "gitea-actions")],
)
def test_what_a_forge_says(shop, kind, by):
    shop.statuses(kind, by)
    shop.runners.faults = [Fault.VANISHED, Fault.CANCELLED, Fault.NONE, Fault.FLAKY]
    told = []
    for _ in range(4):
        run = shop.begin()
        assert [len(shop.sync().pushed), len(shop.branches)] == [1, 1]
        shop.runners.says(shop.target, "mallory")
        done = shop.sync()
        validator("gate-synced").validate(done.fields())
        told += [(str(said.verdict), said.why) for _, _, said in done.answered]
        assert shop.take_in()
        assert shop.branches == []
    lost = ("could-not-run", LOST[kind]) if LOST[kind] else ("fail", "Failing after 7s")
    red = {"github": "check says failure", "gitlab": "check failed"}.get(kind, lost[1])
    assert told == [lost, ("could-not-run", CANCELLED[kind]), ("pass", ""), ("fail", red)]
    assert shop.evidence(run).is_flaky
    assert len(shop.runners.ran) == 4


def test_nobody_else_is_believed(town, shop):
    shop.runners.faults = [Fault.LOST]
    shop.begin()
    shop.sync()
    shop.runners.says(shop.target, "mallory")
    assert shop.sync().answered == []
    town.clock.advance(700.0)
    run = shop.begin_again()
    assert shop.evidence(run).trouble == "no runner answered that is believed, only mallory"


def test_what_is_cancelled_is_taken_back(shop):
    shop.runners.faults = [Fault.SLOW]
    run = shop.begin()
    shop.sync()
    shop.sync()
    shop.queue.cancel(run)
    assert shop.take_in()
    assert shop.sync().removed == [shop.target]
    assert [each.cancelled for each in shop.runners.jobs] == [True]
    assert (shop.branches, shop.evidence(run).verdict) == ([], None)


def test_a_forge_that_is_busy_is_let_alone(town, shop):
    shop.begin()
    shop.forge.failing = [(429, {"Retry-After": "120"})]
    assert (shop.sync().wait, shop.branches) == (120.0, [])
    assert [*shop.queue.probes.again_in(shop.queue.live())] == [120.0]
    town.clock.advance(120.0)
    assert shop.sync().pushed == [shop.target]


def test_a_tree_that_changes_the_pipeline_is_not_handed_over(town, shop):
    name = shop.ask("a", {".github/workflows/ci.yml": "on: [push]\njobs: {}\n"})
    shop.look()
    shop.look()
    (told,) = town.escalations(shop.rig)
    assert "it changes .github/workflows/ci.yml, which says what the runners do" in told[1]
    assert (shop.status(name), shop.runners.ran) == (["queued"], [])
