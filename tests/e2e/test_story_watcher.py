"""A town with its watcher, as people run it: up, killed, up again, misled, down."""

from __future__ import annotations

import contextlib
import os
import signal
import threading

import pytest

from gitgt.daemon.ending import alive
from gitgt.daemon.instance import Instance
from gitgt.git.spool import Spool
from gitgt.services.town import Town
from tests.support.commandline import gt
from tests.support.town import TownBuilder
from tests.support.waiting import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]
PATIENCE = 100


@pytest.fixture
def town(tmp_path):
    builder = TownBuilder(tmp_path)
    yield builder
    gt("down", cwd=builder.town.root)


@pytest.fixture
def shop(town):
    return town.rig()


def type_gt(town, *words):
    """Type a command that must succeed, and return its answer."""
    answer = gt(*words, cwd=town.town.root)
    assert (answer.code, answer.stderr) == (0, "")
    return answer.stdout


def watcher_of(town):
    return Instance(town.town.gt).who()


def kill_watcher(town):
    """Kill the watcher as nobody should, and wait until the kernel has let go of its lock."""
    who = watcher_of(town)
    os.kill(who.pid, signal.SIGKILL)
    until(lambda: not Instance(town.town.gt).is_running())


def three_beads(town, shop):
    """Two that collide, so that the slower one comes back, and one that its gate sends back."""
    figs = town.bead(shop, "Sell figs", "echo 'fig 6' >>prices.txt", "closes Figs")
    kale = town.bead(shop, "Sell kale", "echo 'kale 2' >>prices.txt", "closes Kale")
    for bead in (figs, kale):
        again = ("git merge -q -X theirs main", "echo 1 >again", "closes 'Both'")
        town.agent_does(bead.id, *again, attempt=2)
    nuts = town.bead(shop, "Sell nuts", "echo FIXME >nuts.txt", "closes Nuts")
    town.agent_does(nuts.id, "echo 'nut 1' >nuts.txt", "closes 'Nuts, mended'", attempt=2)
    return [figs, kale, nuts]


def all_closed(town, beads):
    return all(town.now(bead).status == "closed" for bead in beads)


def test_up_work_down(town, shop):
    beads = three_beads(town, shop)
    said = type_gt(town, "up")
    who = watcher_of(town)
    assert said == f"process {who.pid} watches {town.town.root}\n"
    assert type_gt(town, "up") == f"nothing changed: {said}"

    type_gt(town, "sling", *(bead.id for bead in beads))
    until(lambda: all_closed(town, beads), patience=PATIENCE)
    until(lambda: [each.status for each in town.convoys()] == ["closed"], patience=PATIENCE)

    assert type_gt(town, "down") == (
        f"nothing runs any more: ended the watcher, process {who.pid}\n"
    )
    assert alive(town.town.root) == []
    assert type_gt(town, "down") == "nothing changed: nothing was running\n"


def test_a_watcher_that_is_killed_again_and_again(town, shop):
    beads = three_beads(town, shop)
    type_gt(town, "up")
    type_gt(town, "sling", *(bead.id for bead in beads))
    milestones = (": begin ", ": submit ", ": land ")
    for milestone in milestones:
        until(
            lambda sign=milestone: any(sign in line for line in town.story(shop)),
            patience=PATIENCE,
        )
        kill_watcher(town)
        type_gt(town, "up")

    until(lambda: all_closed(town, beads), patience=PATIENCE)
    until(lambda: [each.status for each in town.convoys()] == ["closed"], patience=PATIENCE)
    assert town.escalations(shop) == []
    assert town.repo(shop).git("fsck", "--strict", "--no-dangling") == ""
    type_gt(town, "down")
    assert alive(town.town.root) == []


def test_down_in_the_middle_saves_and_up_goes_on(town, shop):
    bead = town.bead(
        shop, "Long", "[ -e half ] && { closes Long; exit; }", "echo half >half",
        "touch ../../here", "while :; do sleep 0.1; done",
    )  # fmt: skip
    type_gt(town, "up")
    type_gt(town, "sling", bead.id, "--no-convoy")
    until((shop.path / "here").exists, patience=PATIENCE)

    said = type_gt(town, "down")

    assert said.endswith(", 1 session or gate run\n")
    assert alive(town.town.root) == []
    assert town.repo(shop).git("show", "refs/gt/wip/shop/polecats/obsidian:half") == "half"
    assert town.now(bead).status == "hooked"
    type_gt(town, "up")
    until(lambda: all_closed(town, [bead]), patience=PATIENCE)
    assert town.file(shop, "half") == "half\n"


def test_a_session_killed_together_with_its_shim_is_missed(town, shop):
    """Nobody is left to leave a note: the watcher asks the kernel now and then."""
    bead = town.bead(
        shop, "Cut", "[ -e ../../here ] && { echo 1 >cut; closes Cut; exit; }",
        "touch ../../here", "while :; do sleep 0.1; done",
    )  # fmt: skip
    type_gt(town, "up")
    type_gt(town, "sling", bead.id, "--no-convoy")
    until((shop.path / "here").exists, patience=PATIENCE)

    for process in alive(town.town.root):
        if process.pid != watcher_of(town).pid:
            os.kill(process.pid, signal.SIGKILL)

    until(lambda: all_closed(town, [bead]), patience=PATIENCE)
    assert town.file(shop, "cut") == "1\n"


class Adversary(threading.Thread):
    """Steals most notes, doubles others and leaves nonsense, for as long as it may."""

    def __init__(self, town: Town) -> None:
        super().__init__()
        self._spools = [Spool.of(ledger.repository.common).path for _, ledger in town.ledgers()]
        self._over = threading.Event()

    def run(self):
        number = 0
        while not self._over.wait(0.002):
            for spool in self._spools:
                for note in spool.glob("[!.]*"):
                    number += 1
                    self._meddle(note, number)

    def _meddle(self, note, number):
        with contextlib.suppress(OSError):
            if number % 4 == 0:
                (note.parent / f"again-{number}").write_bytes(note.read_bytes())
            elif number % 4 == 1:
                (note.parent / f"nonsense-{number}").write_text("/nowhere/at all\0")
            else:
                note.unlink()

    def stop(self):
        self._over.set()
        self.join()


def test_lost_doubled_and_nonsensical_notes_change_nothing(town, shop):
    beads = three_beads(town, shop)
    adversary = Adversary(town.town)
    adversary.start()
    try:
        type_gt(town, "up")
        type_gt(town, "sling", *(bead.id for bead in beads))
        until(lambda: all_closed(town, beads), patience=PATIENCE)
    finally:
        adversary.stop()
    assert town.escalations(shop) == []


def test_without_a_watcher_the_same_happens(town, shop):
    """Commands, hooks and whatever ends make the next step themselves."""
    beads = three_beads(town, shop)
    type_gt(town, "sling", *(bead.id for bead in beads))
    until(lambda: all_closed(town, beads), patience=PATIENCE)
    until(lambda: [each.status for each in town.convoys()] == ["closed"], patience=PATIENCE)
    until(lambda: alive(town.town.root) == [])
    assert town.escalations(shop) == []
