"""A disk that takes no note, a clock that is set back, folders that somebody removed."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from gitgt.daemon.assemble import assemble
from gitgt.daemon.watch import Eyes
from gitgt.errors import LedgerConflictError
from gitgt.git import landing
from gitgt.git.intent import Intent
from gitgt.git.locks import lock_of
from gitgt.git.repository import Repository
from gitgt.git.spool import Spool
from gitgt.git.transaction import RefMove, move_refs
from gitgt.model.dispatch import SessionState
from gitgt.model.documents import Escalation
from gitgt.reactor.key import Key
from gitgt.runtime.assignment import Assignment
from gitgt.runtime.launcher import ABSENT
from gitgt.runtime.launchers.launchers import Launchers
from gitgt.runtime.presets import Runtime
from gitgt.services.agents import wip
from gitgt.services.gates.gate_trouble import Troubles
from tests.support.town import Clock
from tests.support.waiting import until


def test_what_is_written_counts_though_no_note_of_it_can_be_left(town):
    shop = town.rig()
    for _, ledger in town.town.ledgers():
        spool = Spool.of(ledger.repository.common)
        shutil.rmtree(spool.path)
        spool.path.write_text("no folder, as on a full disk")

    bead = town.bead(shop, "Sell limes")

    assert town.now(bead).title == "Sell limes"


def test_settings_that_somebody_spoils_while_we_watch_are_told_and_waited_for(town):
    shop = town.rig()
    eyes, reactor = Eyes(town.town), assemble(town.town)
    settings = town.town.root / "rigs.yaml"
    whole = settings.read_text()

    settings.write_text("rigs: [")
    assert eyes.route(settings, []) is None
    assert Key("desk", "shop") in eyes.route(shop.repository_path, [])
    reactor.wake_all(0)
    reactor.turn(0)
    told = town.escalations()
    assert ("high", told[0][1]) in told
    assert all("rigs.yaml" in title for _, title in told)

    settings.write_text(whole)
    bead = town.bead(shop, "Sell limes", "echo 'lime 1' >>prices.txt", "closes Limes")
    town.sling(bead)
    town.settle()
    assert town.now(bead).status == "closed"
    ended = {(each.status, each.reason) for each in town.ledger().all(Escalation)}
    assert ended == {("closed", "it works again")}


def test_a_landing_that_somebody_holds_up_does_not_stop_the_town(town):
    shop = town.rig()
    repository = Repository(shop.repository_path)
    head = repository.ref(shop.target)
    intent = Intent((RefMove("refs/heads/main", "1" * 40, head),))
    commit = intent.write(repository)
    move_refs(repository, [RefMove(intent.name, None, commit)], why="as if killed here")
    with lock_of(repository.common, intent.name).open("wb") as lock:
        somebody = subprocess.Popen(["sleep", "600"], stdout=lock)

    try:
        with pytest.raises(LedgerConflictError):
            landing.recover(repository)
        assemble(town.town)
    finally:
        somebody.kill()
        somebody.wait()
    assert repository.ref(intent.name) == commit
    assemble(town.town)
    assert repository.ref(intent.name) is None


@pytest.mark.parametrize(("later", "due"), [(59, False), (60, True), (-1, True)])
def test_work_is_saved_once_a_minute_also_if_the_clock_is_set_back(later, due):
    last = wip.Saved(1000.0, "s1", SessionState.RUNNING)
    now = 1000.0 + later
    assert wip.is_due(last, session="s1", state=SessionState.RUNNING, now=now) is due


def test_what_could_not_run_is_tried_again_though_the_clock_was_set_back(tmp_path):
    clock = Clock()
    troubles = Troubles(tmp_path / "trouble.json", clock)
    troubles.note("tree.gate", "no space")
    assert troubles.retry_in(["tree.gate"]) == 30.0

    clock.advance(-86_400)
    assert troubles.retry_in(["tree.gate"]) == 0.0
    troubles.try_again(["tree.gate"])
    assert troubles.retry_in(["tree.gate"]) == 30.0


@pytest.fixture
def toast(tmp_path):
    """An assignment whose agent ends at once."""
    (tmp_path / "toast").mkdir()
    return Assignment(
        address="shop/polecats/toast",
        role="polecat",
        runtime=Runtime("script", ("true",)),
        town=tmp_path,
        worktree=tmp_path / "toast",
        session="s1",
        rig="shop",
        name="toast",
        bead="gt-abc12",
        prompt="",
    )


def test_the_last_session_is_kept_though_the_clock_was_set_back(tmp_path, toast):
    launcher = Launchers(tmp_path / "sessions")
    for number in range(20):
        old = tmp_path / "sessions" / toast.slug / f"s0-{number}"
        old.mkdir(parents=True)
        (old / "session.json").write_text("{}")
        os.utime(old / "session.json", (4_000_000_000 + number,) * 2)

    launcher.start(toast)

    until(lambda: not launcher.observe(toast.address).is_running)
    assert launcher.observe(toast.address).session == "s1"
    assert not (tmp_path / "sessions" / toast.slug / "s0-0").exists()
    assert (tmp_path / "sessions" / toast.slug / "s0-1").exists()
    launcher.stop(toast.address)


def test_a_session_whose_folder_somebody_removed_is_none(tmp_path, toast):
    launcher = Launchers(tmp_path / "sessions")
    launcher.start(toast)
    launcher.stop(toast.address)
    until(lambda: not launcher.observe(toast.address).is_running)

    shutil.rmtree(tmp_path / "sessions" / toast.slug / "s1")

    assert launcher.observe(toast.address) == ABSENT
    assert launcher.folders() == [tmp_path / "sessions" / toast.slug / "s1"]
