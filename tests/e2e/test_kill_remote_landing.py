"""A landing at a remote is killed before any of its acts: it lands once, here and there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gitgt.git.intent import INTENTS
from gitgt.ledger.snapshot import Snapshot
from gitgt.reactor.key import Key
from gitgt.roles.refinery import RefineryRole
from gitgt.services.gates import gate
from gitgt.services.town import Town
from tests.support.branches import Branches
from tests.support.checkout import Checkout
from tests.support.clones import Place, hub
from tests.support.deaths import announced, do, traces
from tests.support.sitting import Sitting, stand_in
from tests.support.town import TESS, Clock


class Stage:
    """A rig with one request that is about to land at its hub."""

    def __init__(self, folder: Path) -> None:
        self.place = folder / "place"
        self._before = folder / "before"
        self.place.mkdir()
        self.hub = hub(self.place)
        place = Place(self.place / "ours", str(self.hub.path))
        self.root, self.name = place.town.root, place.rig.name
        gate.waive(place.town, place.rig, "Nothing to test yet", TESS)
        shop = Branches(place.builder, place.rig)
        self.bead = shop.ask("Sell shoes", shoes="red\n")
        self.seat = Checkout(self.place / "seat")
        place.repo.git("worktree", "add", "-q", str(self.seat.path), "main")
        place.sync()
        place.builder.close()
        shutil.copytree(self.place, self._before, symlinks=True)

    @property
    def town(self) -> Town:
        """The town, looked at anew."""
        return Town(self.root, Clock(1_795_358_800.0))

    @property
    def journal(self) -> Path:
        """Where acts are announced."""
        return self.place / "acts"

    def tell(self, death: int) -> None:
        """Let it land, with a death at the act of that number, and whoever comes after."""
        shutil.rmtree(self.place)
        shutil.copytree(self._before, self.place, symlinks=True)
        with stand_in(self.town):
            with announced(self.journal, death):
                do(lambda: RefineryRole(self.town).reconcile(Key("refinery", self.name)))
            Sitting(self.town).settle()
            self._check()

    def _check(self) -> None:
        town = self.town
        rig = town.rig(self.name)
        now: Snapshot = town.ledger_at(rig).snapshot()
        here, there = Checkout(rig.repository_path), self.hub
        tip = there.git("rev-parse", "main")
        assert there.git("log", "--first-parent", "--format=%s", "main").splitlines() == [
            f"Sell shoes ({self.bead})", "Begin"
        ]  # fmt: skip
        assert here.git("rev-parse", "main") == tip
        bead = now.bead(self.bead)
        assert (bead.status, bead.landed) == ("closed", tip)
        assert now.request(bead.merge_request).status == "landed"
        assert now.repository.is_ancestor(there.git("rev-parse", "beads"), now.commit)
        landed = there.git("log", "--format=%s", "beads").splitlines()
        assert landed.count(f"land {self.bead}") == 1
        assert not now.repository.refs(INTENTS)
        assert not list((rig.repository_path / "refs").rglob("*.lock"))
        assert (self.seat.branch, self.seat.git("status", "--porcelain")) == ("main", "")
        assert self.seat.read("shoes.txt") == "red\n"
        for each in (here, there):
            assert each.git("fsck", "--strict", "--no-dangling") == ""


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_whoever_dies_before_any_act_has_landed_once_here_and_there(tmp_path, home):
    stage = Stage(tmp_path)
    stage.tell(0)
    acts = traces(stage.journal)
    assert len(acts) > 20
    for number in acts:
        stage.tell(number)
