"""What people see of the queue: when it will have landed, what runs, what it has cost."""

from __future__ import annotations

import os

import pytest

from gitgt.cli import mq
from gitgt.ledger.verdicts import Record
from gitgt.model.gate import Verdict
from gitgt.model.queue.merge_eta import Eta
from gitgt.services.gates import gate
from gitgt.services.gates.gate_runs import GateRuns
from gitgt.services.queue import (
    queue_eta,
    queue_report,
    queue_shown,
    queue_why,
    refinery_state,
    steering,
    tuning,
)
from gitgt.services.queue.tuning import Brake
from tests.support.commandline import gt
from tests.support.shop import Shop, file
from tests.support.town import TESS


@pytest.fixture
def shop(town):
    return Shop(town, town.rig())


def passed(shop, *seconds):
    """Let the gate have passed before, on other trees, and have taken so long."""
    runs = GateRuns(shop.town.town, shop.rig)
    (check,) = gate.gates(shop.town.town, shop.rig)
    for number, took in enumerate(seconds):
        record = Record(
            run=f"r{number}", gate="check", verdict=Verdict.PASS, seconds=took,
            at="2026-11-22T14:00:00Z",
        )  # fmt: skip
        runs.verdicts.put(f"{number:040x}", runs.keys.digest(check), record)


def asked(shop, bead):
    return shop.town.request(shop.town.now(bead)).id


def etas(shop):
    return queue_eta.of(shop.town.town, shop.rig)


def told(shop, *words):
    done = gt(*words, cwd=shop.town.town.root)
    assert (done.code, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_before_a_gate_has_passed_a_few_times_nothing_is_promised(shop):
    shop.ask("a", file("a"))
    passed(shop, 60, 60)
    assert etas(shop) == {}
    (line,) = told(shop, "mq", "list", "shop")
    assert "60 s" not in line


def test_who_waits_is_told_when_it_will_have_landed(town, shop):
    name = asked(shop, shop.ask("a", file("a")))
    passed(shop, *range(10, 110, 10))
    assert etas(shop) == {name: Eta(50, 90)}
    (waiting,) = told(shop, "mq", "list", "shop")
    assert waiting.split("  ")[-2:] == ["in 50 s to 90 s", "a"]
    assert told(shop, "mq", "why", name)[1:] == [
        "  it passes with a chance of 95%",
        "  if so, it will probably have landed in 50 s to 90 s",
    ]
    assert "    all of it will probably have landed in 50 s to 90 s" in told(
        shop, "refinery", "status", "shop"
    )


def test_what_runs_is_told_with_how_long_it_usually_takes(town, shop):
    name = asked(shop, shop.ask("a", file("a")))
    passed(shop, *range(10, 110, 10))
    town.turn()
    runs = GateRuns(town.town, shop.rig)
    (live,) = runs.live()
    for since, line in ((45, "45 s of about 50 s"), (70, "70 s where usual are 50 s")):
        os.utime(live.folder / "run.json", (town.clock.now - since,) * 2)
        (at_work,) = runs.at_work()
        assert mq.testing(at_work) == f"testing: check on {name} for main, {line}"
        assert etas(shop) == {name: Eta(20, 30) if since == 70 else Eta(25, 55)}
    (line,) = refinery_state.of(town.town, shop.rig).lines
    assert line.empty_in == etas(shop)[name]


def test_of_many_who_wait_the_last_has_to_expect_a_few_culprits(shop):
    names = [asked(shop, shop.ask(title, file(title))) for title in "abc"]
    passed(shop, 60, 60, 60)
    found = etas(shop)
    assert [round(found[each].half) for each in names] == [60, 60, 60]
    assert all(found[each].most > 120 for each in names)


def test_a_queue_that_stands_still_promises_nothing(shop):
    one, other = (asked(shop, shop.ask(title, file(title))) for title in "ab")
    passed(shop, 60, 60, 60)
    steering.hold(shop.town.town, one, "wait", TESS)
    assert [*etas(shop)] == [other]
    assert queue_why.ask(shop.town.town, other).eta == Eta(60, 60)
    tuning.put_on(shop.town.town, shop.rig, Brake.FROZEN, "release week", TESS)
    assert etas(shop) == {}
    assert queue_why.ask(shop.town.town, other).eta is None


def test_a_request_is_shown_with_what_it_waits_for_and_what_it_has_cost(town, shop):
    bad = shop.ask("a", file("prices", "FIXME\n"), priority=0)
    town.settle()
    town.clock.advance(600)
    shop.again(bad, "a", file("prices", "apple 9\n"))
    good = shop.ask("b", file("prices", "apple 8\n"))
    shown = told(shop, "mq", "show", f"crew/tess-{good}")
    assert "place: 2" in shown
    assert f"held up: waits for {asked(shop, bad)}: both change prices.txt" in shown
    assert "gates: none has said anything of it" in shown
    town.settle()
    first, second = (queue_shown.show(town.town, asked(shop, each)) for each in (bad, good))
    assert (first.seen.request.status, second.seen.request.status) == ("landed", "conflict")
    cost = first.cost
    assert (cost.red, cost.revisions, cost.rejections, cost.conflicts) == (2, 2, 1, 0)
    assert cost.runs > cost.red
    assert 0 < cost.seconds < 60
    assert cost.away >= 600
    assert second.cost.conflicts == 1
    shown = told(shop, "mq", "show", "shop", bad)
    assert shown[-1] == "came back: once rejected"
    assert shown[-2].endswith(" in the queue, 10 min with its author")
    assert shown[-3].startswith(f"gates: {cost.runs} runs, 2 of them red; its share of their")


def test_a_report_tells_what_landed_what_came_back_and_what_it_took(town, shop, tmp_path):
    good, bad = shop.ask("good", file("a")), shop.ask("bad", file("b", "FIXME\n"))
    passed(shop, 60, 60, 60)
    town.settle()
    since = town.clock.now - 1200
    found = queue_report.of(town.town, shop.rig, since=since)
    assert [(each.bead, each.title) for each in found.landed] == [(good, "good")]
    (back,) = found.backs
    assert (back.title, back.status, back.reason) == (
        "bad", "rejected", "the gate check is red",
    )  # fmt: skip
    (check,) = found.gates
    assert (check.gate, check.flakes) == ("check", 0)
    assert check.passed + check.failed == len(found.runs)
    assert found.runs_for_each == len(found.in_queue)
    assert [(each.landed, each.back) for each in found.days] == [(1, 1)]
    later = queue_report.of(town.town, shop.rig, since=town.clock.now + 60)
    assert (later.landed, later.backs, later.runs) == ((), (), ())
    page = tmp_path / "report.html"
    at = "2026-11-22"
    done = gt("refinery", "report", "--since", at, "--html", str(page), cwd=town.town.root)
    assert (done.code, done.stderr) == (0, f"written: {page}\n")
    assert "  landed: 1\n" in done.stdout
    assert done.stdout.splitlines()[-1].endswith(
        f"{asked(shop, bad)}  bad  the gate check is red"
    )
    text = page.read_text()
    assert "<title>The queue of shop</title>" in text
    assert text.count("<svg") == 4
    for word in ("http", "src=", "href=", "<script"):
        assert word not in text


def test_a_queue_in_which_nothing_happened_has_a_report_too(town, shop):
    assert told(shop, "refinery", "report", "shop", "--since", "2026-11-22") == [
        "shop  since 2026-11-22T00:00:00Z",
        "  landed: 0",
        "  came back: 0, 0 of them for a conflict",
        "  runs of gates: 0, 0 of them red, 0 flaky",
        "  runs for each landed: -",
        "  time in the queue: -",
        "  time of gates: -",
    ]
