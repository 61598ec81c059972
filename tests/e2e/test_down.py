"""Down: nobody is left alive, whatever they do against it; up begins again who sat there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from gitgt.daemon.ending import alive
from gitgt.git.turn import turn
from gitgt.runtime import identity
from gitgt.runtime.environment import town_mark
from gitgt.services import uptime
from gitgt.services.agents import attended, crew, post
from gitgt.services.sessions import session_control, sessions
from tests.support.commandline import gt
from tests.support.outputs import validator
from tests.support.town import TESS, TownBuilder
from tests.support.waiting import until

pytestmark = pytest.mark.e2e

DEAF = (
    "trap '' TERM HUP INT",
    "setsid sh -c 'trap \"\" TERM; echo $$ >../../marked; while :; do sleep 0.1; done' &",
    "env -i PATH=\"$PATH\" setsid sh -c 'echo $$ >../../bare; exec sleep 600' &",
    "echo half >half",
    "touch ../../here",
    "while :; do sleep 0.1; done",
)


@pytest.fixture
def town(world, tmp_path):
    builder = TownBuilder(tmp_path)
    yield builder
    gt("down", "--wait", "0", cwd=builder.town.root)
    builder.close()


def answer(town, schema, *words):
    """Type a command, and return its JSON, which keeps its schema."""
    said = json.loads(gt(*words, cwd=town.town.root).stdout)
    validator(schema).validate(said)
    return said


def pid_in(path: Path) -> int:
    return int(until(lambda: path.exists() and path.read_text().strip()))


def test_down_ends_the_deaf_and_those_that_left_their_group(town):
    shop = town.rig()
    bead = town.bead(shop, "Deaf", *DEAF)
    assert gt("up", cwd=town.town.root).code == 0
    gt("sling", bead.id, "--no-convoy", cwd=town.town.root)
    until((shop.path / "here").exists)
    left = [pid_in(shop.path / name) for name in ("marked", "bare")]
    planned = gt("down", "--dry-run", cwd=town.town.root)
    watcher = (town.town.gt / "watch.pid").read_text().split()[0]
    assert planned == (
        0, f"would end the watcher, process {watcher}, 1 session or gate run\n", "",
    )  # fmt: skip

    done = gt("down", "--wait", "0.3", cwd=town.town.root)

    assert done == (
        0,
        f"nothing runs any more: ended the watcher, process {watcher}, 1 session or gate run\n",
        "",
    )
    assert [identity.identify(pid) for pid in left] == [None, None]
    assert alive(town.town.root) == []
    assert town.repo(shop).git("show", "refs/gt/wip/shop/polecats/obsidian:half") == "half"
    assert gt("down", cwd=town.town.root).stdout == "nothing changed: nothing was running\n"


def test_who_is_left_is_told_with_an_exit_code(town):
    mark = town_mark(town.town.root)
    typed = subprocess.run(
        ["sh", "-c", "git-gt down --wait 0; echo $? $$"],
        cwd=town.town.root, env={**os.environ, "GT_TOWN_RUN": mark},
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    said, last = typed.stdout.splitlines()
    code, pid = last.split()
    assert (said, code) == ("ended nobody", "1")
    assert typed.stderr == (
        f"gt: still alive: process {pid} (sh)\nhint: this command was started from it\n"
    )


def test_up_begins_again_who_sat_there_and_nobody_else(town):
    shop = town.rig()
    town.runtime("sits", "sh -c 'while :; do sleep 0.1; done'")
    crew.add(town.town, shop, "tess", TESS)
    crew.add(town.town, shop, "tom", TESS)
    tess, tom, mayor = (
        post.of_crew(shop, "tess"), post.of_crew(shop, "tom"), post.mayor(town.town)
    )  # fmt: skip
    for each in (tess, tom, mayor):
        attended.start(town.town, each, TESS, attended.Wish(agent="sits"))
    session_control.stop(town.town, shop, tom.address)
    first = sessions.look(shop, tess.address).session
    gt("down", "--wait", "0.3", cwd=town.town.root)
    work = town.bead(shop, "Later", "closes Later")
    slung = gt("sling", work.id, "--no-convoy", cwd=town.town.root)
    assert slung.stderr == "gt: the town is down; nobody is begun\nhint: git gt up\n"
    assert alive(town.town.root) == []

    done = gt("up", cwd=town.town.root)

    watcher = (town.town.gt / "watch.pid").read_text().split()[0]
    said = f"process {watcher} watches {town.town.root}\n"
    again = "mayor sits there again\nshop/crew/tess sits there again\n"
    assert done == (0, said + again, "")
    assert sessions.look(shop, tess.address).session != first
    assert sessions.is_running(town.town, "mayor")
    assert not sessions.is_running(shop, tom.address)
    twice = answer(town, "up", "up", "--json")
    assert twice == {
        "pid": int(watcher), "changed": False, "begun": [], "failed": [], "kept_back": [],
    }  # fmt: skip
    assert answer(town, "daemon", "daemon", "status", "--json")["pid"] == int(watcher)
    assert answer(town, "down", "shutdown", "--force", "--yes", "--json")["left"] == []
    assert alive(town.town.root) == []
    assert uptime.is_down(town.town)
    found = uptime.last(town.town)
    assert found is not None
    assert dict(found.sat) == {}


def is_blocked(pid: int) -> bool:
    """Tell whether a process waits for a lock, as the kernel says."""
    rows = Path("/proc/locks").read_text().splitlines()
    return any("->" in row and str(pid) in row.split() for row in rows)


def test_a_second_interrupt_ends_a_watcher_that_waits_for_something(town):
    shop = town.rig()
    bead = town.bead(shop, "At once", "echo x >x", "closes Done")
    town.sling(bead)
    ledger = town.town.ledger_at(shop).repository
    with turn(ledger, "ledger"):
        watcher = subprocess.Popen(
            ["git-gt", "watch"], cwd=town.town.root, stderr=subprocess.PIPE, text=True
        )
        assert watcher.stderr is not None
        assert watcher.stderr.readline() == f"watching {town.town.root}; ^C ends\n"
        until(lambda: is_blocked(watcher.pid))
        watcher.send_signal(signal.SIGINT)
        assert watcher.stderr.readline() == "\n"
        said = "ending after what it is at; ^C again ends at once\n"
        assert watcher.stderr.readline() == said
        watcher.send_signal(signal.SIGINT)
        assert watcher.wait(20) == -signal.SIGINT
        watcher.stderr.close()

    town.settle()
    assert town.now(bead).status == "closed"
    assert town.escalations(shop) == []
