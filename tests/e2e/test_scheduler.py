"""A hundred beads, five places, two rigs, and a watcher that is killed: never a sixth agent."""

from __future__ import annotations

import json
import os
import shlex
import signal

import pytest

from gitgt.daemon.instance import Instance
from gitgt.model.documents import SlingContext
from tests.support.commandline import gt
from tests.support.town import TownBuilder
from tests.support.waiting import until

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

BEADS, PLACES, PATIENCE = 100, 5, 400
# Whoever works takes one of five places of its own, and tells if there is none. The first ones
# stay until they may go: then all five are taken.
AGENT = """\
#!/bin/sh
export GIT_AUTHOR_DATE='2026-11-22T14:30:00Z' GIT_COMMITTER_DATE='2026-11-22T14:30:00Z'
cd {folder}
for place in 1 2 3 4 5; do mkdir place.$place 2>/dev/null && break; place=; done
[ -n "$place" ] || echo "$GT_BEAD" >>too-many
echo "$GT_BEAD" >>did
until [ -e go ]; do sleep 0.1; done
cd - >/dev/null
echo "$GT_BEAD" >"$GT_BEAD.txt"
git add -A && git commit -q -m "Do $GT_BEAD" -m "Closes: $GT_BEAD"
cd {folder} && [ -z "$place" ] || rmdir "place.$place"
"""


@pytest.fixture
def town(tmp_path):
    builder = TownBuilder(tmp_path)
    yield builder
    gt("down", cwd=builder.town.root)


def kill_watcher(town):
    who = Instance(town.town.gt).who()
    os.kill(who.pid, signal.SIGKILL)
    until(lambda: not Instance(town.town.gt).is_running())


def type_gt(town, *words):
    answer = gt(*words, cwd=town.town.root)
    assert (answer.code, answer.stderr) == (0, "")
    return answer.stdout


def test_never_a_sixth_and_all_are_done(town, tmp_path):
    agent = tmp_path / "at work.sh"
    agent.write_text(AGENT.format(folder=shlex.quote(str(tmp_path))))
    town.runtime("script", f"sh {shlex.quote(str(agent))}")
    rigs = [town.rig("shop", gate="true"), town.rig("farm", gate="true")]
    made = [town.bead(rigs[number % 2], f"Bead {number}") for number in range(BEADS)]
    type_gt(town, "config", "set", "scheduler.max_polecats", str(PLACES))
    type_gt(town, "config", "set", "scheduler.batch_size", str(PLACES))
    type_gt(town, "up")
    for rig in rigs:
        mine = [each.id for each in made if town.town.rig_of(each.id) == rig]
        type_gt(town, "sling", *mine, "--no-convoy")
    places = [tmp_path / f"place.{number}" for number in range(1, PLACES + 1)]
    until(lambda: all(each.exists() for each in places), patience=PATIENCE)
    kill_watcher(town)
    type_gt(town, "up")
    assert json.loads(type_gt(town, "scheduler", "status", "--json"))["active"] == PLACES
    (tmp_path / "go").touch()
    lines = tmp_path / "did"
    until(lambda: len(lines.read_text().split()) > BEADS // 2, patience=PATIENCE)
    kill_watcher(town)
    type_gt(town, "up")

    until(lambda: len({*lines.read_text().split()}) == BEADS, patience=PATIENCE)

    def open_ones():
        rows = (town.ledger(rig).rows(kind="bead") for rig in rigs)
        return [row.id for some in rows for row in some if row.status != "closed"]

    until(lambda: not open_ones(), patience=PATIENCE)
    assert not (tmp_path / "too-many").exists()
    assert {*lines.read_text().split()} == {each.id for each in made}
    contexts = [each for rig in rigs for each in town.ledger(rig).all(SlingContext)]
    assert {each.status for each in contexts} == {"dispatched"}
    assert [town.escalations(rig) for rig in rigs] == [[], []]
