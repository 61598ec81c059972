"""Wherever a gate runs, the queue is told the same: one contract for all places."""

import shutil

import pytest

from gitgt.model.gate import Verdict
from tests.support.forge_runners import Fault
from tests.support.runner_shop import RunnerShop
from tests.support.waiting import until

pytestmark = pytest.mark.skipif(not shutil.which("gh"), reason="gh is not installed")


@pytest.fixture(params=["here", "statuses", "verdicts"])
def shop(request, town, monkeypatch):
    found = RunnerShop(town, monkeypatch)
    {"here": found.here, "statuses": found.statuses, "verdicts": found.records}[request.param]()
    yield found
    found.close()


def end(shop):
    """Wait until a run is over, wherever it is, and take it in."""
    if not shop.gate.is_remote:
        until(shop.take_in)
        return
    shop.sync()
    shop.runners.look()
    shop.sync()
    assert shop.take_in()


def test_a_gate_passes_and_is_red(town, shop):
    good = shop.begin()
    assert [(each.gate, each.place) for each in shop.queue.running()] == [
        ("check", ("sh-mr-abc12",))
    ]
    assert not shop.queue.start(good, shop.target, shop.gate, limit=4)
    end(shop)
    assert shop.evidence(good).verdict is Verdict.PASS
    assert (shop.queue.live(), shop.queue.look_again_in()) == ([], None)

    bad = shop.begin(shop.commit("bad.txt", "FIXME\n"))
    end(shop)
    assert shop.evidence(bad).verdict is Verdict.FAIL
    assert "bad.txt" in shop.queue.log(bad.tree, shop.gate)
    (record,) = shop.queue.records(bad.tree, shop.gate)
    assert (record["gate"], record["verdict"], record["number"]) == ("check", "fail", 2)


def test_a_gate_that_is_asked_again_runs_again(shop):
    shop.begin()
    end(shop)
    run = shop.begin()
    end(shop)
    assert shop.evidence(run).passes == 2


def test_what_is_cancelled_leaves_no_verdict(shop):
    shop.runners.faults = [Fault.SLOW]
    run = shop.begin()
    shop.queue.cancel(run)
    assert [*shop.queue.running()] == []
    until(shop.take_in)
    assert (shop.evidence(run).verdict, shop.queue.live()) == (None, [])
