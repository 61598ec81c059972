"""Agents of which nothing is heard: helped first, then begun again, after one more look."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from dataclasses import asdict, replace

import pytest

from gitgt.cli.bead.outputs import OTHERS
from gitgt.git import refs
from gitgt.model.health.findings import Kind
from gitgt.services import leases
from gitgt.services.mail import boxes
from gitgt.services.sessions import runtimes, session_records, sessions
from gitgt.services.witness import brake, helping, rounds, scan
from tests.support.commandline import gt
from tests.support.outputs import validator
from tests.support.sitting import running
from tests.support.town import TESS
from tests.support.waiting import until

OBSIDIAN = "shop/polecats/obsidian"
SCRIPT = "```gitgt-script {faults}\necho 1 >one\ngit add one\ngit commit -qm 'Add one'\n```\n"


COMMANDS = """\
witness status
witness stop shop
patrol scan --notify
patrol scan --notify
patrol scan --rig shop
witness start shop
patrol new --rig shop
patrol scan
witness restart shop
patrol report --since 2h
patrol digest --date 2026-11-22
patrol digest --yesterday
"""


@pytest.fixture
def shop(town, monkeypatch):
    """A rig whose agents are scripted, and sit on a terminal."""
    monkeypatch.setenv("GT_SESSIONS_LAUNCHER", "process")
    where = town.rig(gate="true")
    runtimes.forget(town.town, "script", TESS)  # the builder's own; the preset is meant
    runtimes.set_default(town.town, "script", TESS)
    return where


def tip(town, bead):
    return town.repo(town.town.rig("shop")).git("rev-parse", f"polecat/obsidian/{bead.id}")


def seen(town):
    """What the witness says of the rig's agents."""
    found = scan.steps(town.town, town.town.rig("shop"))
    return [(step.finding.kind, step.act.word) for step in found]


@contextmanager
def half_done(town, sandbox):
    """Let it look as if whoever typed ``git gt done`` was killed two minutes ago."""
    mark = refs.git_dir_of(sandbox) / "gt-handing-in"
    mark.write_text(json.dumps(asdict(replace(leases.me(OBSIDIAN), started="0"))))
    os.utime(mark, (town.clock.now - 120,) * 2)
    yield
    mark.unlink()


def pass_time(town, times):
    for _ in range(times):
        town.clock.advance(119)  # a turn takes a second
        town.turn()


def told(town, *names):
    """What the event log says of acts of the witness."""
    lines = (town.town.root / ".events.jsonl").read_text().splitlines()
    found = [json.loads(line) for line in lines]
    return [
        (each["type"], each["payload"]["kind"]) for each in found
        if each["type"] in ("agent.nudged", "session.ended-by-witness")
    ]  # fmt: skip


def test_a_hung_agent_is_nudged_then_goes_on_in_the_same_sandbox(town, shop):
    bead = town.bead(
        shop, "Add one", description=SCRIPT.format(faults="hang@4 once"), patience="4m"
    )
    start = town.repo(shop).git("rev-parse", "main")
    town.sling(bead, to=OBSIDIAN)
    town.turn()
    until(lambda: tip(town, bead) != start)
    town.turn()
    assert seen(town) == []

    pass_time(town, 2)
    assert told(town) == [("agent.nudged", Kind.HUNG)]
    pass_time(town, 1)
    assert seen(town) == [(Kind.HUNG, "leave alone")]
    # It is ended after a look or two more; whoever looks again would begin it anew.
    until(lambda: told(town)[1:] or pass_time(town, 1))
    until(lambda: not running(town.town))

    assert told(town)[1:] == [("session.ended-by-witness", Kind.HUNG)]
    assert seen(town) == [(Kind.DEAD_SESSION, "leave alone")]
    town.turn()
    until(lambda: town.now(bead).merge_request)
    first, second = session_records.records(town.town, shop, address=OBSIDIAN)
    assert first.how.startswith("the witness ended it: no sign of life for ")
    assert (second.topic, second.conversation) == ("resumed", first.conversation)
    assert second.cwd == first.cwd
    until(lambda: (town.turn(), town.now(bead).status == "closed")[1])
    assert town.file(shop, "one") == "1\n"


def test_who_moves_after_it_was_planned_is_left_alone(town, shop):
    bead = town.bead(shop, "Add one", description=SCRIPT.format(faults="hang@2"), patience="2m")
    town.sling(bead, to=OBSIDIAN)
    town.turn()
    sandbox = town.sandbox(shop, "obsidian")
    until((sandbox.path / "one").exists)
    with half_done(town, sandbox.path):
        assert seen(town) == [(Kind.HALF_DONE, "nudge")]
    pass_time(town, 1)
    brake.stop(town.town, shop, "a person looks", TESS)
    pass_time(town, 5)
    went = rounds.go(town.town, shop)
    (planned,) = went.found
    assert (planned.finding.kind, planned.act.word, went.done) == (Kind.HUNG, "nudge", ())

    sandbox.git("add", "one")
    sandbox.git("commit", "-qm", "It moves")

    assert helping.perform(town.town, shop, planned) is None
    assert told(town) == []
    assert sessions.is_running(shop, OBSIDIAN)

    status = gt("witness", "status", cwd=town.town.root).stdout.splitlines()
    assert status[0].startswith("shop  stopped since ")
    assert brake.start(town.town, shop, TESS)


def test_every_answer_keeps_its_schema(town):
    shop = town.rig()
    bead = town.bead(shop, "Too hard", "echo half >half", "exit 7")
    town.sling(bead)
    town.settle()
    sandbox = town.sandbox(shop, "obsidian")
    sandbox.write("more", "work\n")

    found = {}
    for words in COMMANDS.splitlines():
        done = gt(*words.split(), "--json", cwd=town.town.root)
        found[words] = json.loads(done.stdout)
        validator(OTHERS[" ".join(words.split()[:2])]).validate(found[words])

    kinds = [(each["kind"], each["act"]) for each in found["patrol scan --notify"]]
    assert kinds == [("unsaved", "save")]
    title = "shop: obsidian unsaved"
    assert [each.title for each in boxes.unread(town.ledger(), "mayor")] == [title]
    assert found["witness stop shop"] == {"rig": "shop", "changed": True}
    assert [each["kind"] for each in found["patrol new --rig shop"]] == ["unsaved"]
    assert found["patrol scan"] == []
    (day,) = found["patrol digest --date 2026-11-22"]
    assert (day["begun"], day["cut_short"], day["given_back"], day["called"]) == (3, 3, 1, 1)


def test_a_ralph_loop_goes_on_until_it_is_done(town):
    shop = town.rig()
    bead = town.bead(
        shop, "Three things", "echo thing >>things",
        '[ "$(wc -l <things)" -lt 3 ] && exit', "closes Things",
    )  # fmt: skip
    gt("sling", bead.id, "shop", "--ralph", "--rounds", "5", cwd=town.town.root)
    town.settle()

    now = town.now(bead)
    assert (now.status, now.mode, now.rounds, now.failures) == ("closed", "ralph", 5, 0)
    assert town.escalations(shop) == []
    kept = session_records.records(town.town, shop, address=OBSIDIAN)
    assert [each.topic for each in kept] == ["round"] * 3


def test_a_ralph_loop_that_does_not_end_is_blocked_at_its_last_round(town):
    shop = town.rig()
    bead = town.bead(shop, "Endless", "echo thing >>things")
    gt("sling", bead.id, "shop", "--ralph", "--rounds", "5", cwd=town.town.root)
    town.settle()

    why = "5 rounds of its loop ended and no commit closed the bead"
    now = town.now(bead)
    assert (now.status, now.reason) == ("blocked", why)
    assert town.escalations(shop) == [("high", f"{bead.id}: {why}")]
    assert len(town.sessions()) == 5
    assert town.repo(shop).git("show", f"refs/gt/wip/{OBSIDIAN}:things") == "\n".join(
        ["thing"] * 5
    )
