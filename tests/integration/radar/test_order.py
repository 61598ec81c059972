"""What comes back waits for the work that it collides with, and always gets its turn."""

from __future__ import annotations

import pytest

from gitgt.model.lifecycle import BeadVerb
from gitgt.services import beads, commit, settings, submit
from gitgt.services.queue import tuning
from gitgt.services.queue.tuning import Brake
from gitgt.services.submit import Submission
from tests.support.checkout import Checkout
from tests.support.commandline import gt
from tests.support.town import TESS, TownBuilder

PRICES = "apple 3\npear 4\nplum 5\n"
CHEAP = PRICES.replace("pear 4", "pear 2")


class Rivals:
    """A person's request that waits in a frozen queue, and a bead that comes back."""

    def __init__(self, town: TownBuilder) -> None:
        self.town = town
        self.rig = town.rig()
        self.bead = town.bead(self.rig, "Cheap pears", "sed -i s/4/2/ prices.txt", "say Begin")
        town.sling(self.bead, to="shop/nux")
        town.settle()  # its sessions end and nothing is closed, so it is given up
        assert town.now(self.bead).status == "open"
        tuning.put_on(town.town, self.rig, Brake.FROZEN, "Release week", TESS)
        self.rival = self._asked()
        self.started = len(town.sessions())

    def _asked(self) -> str:
        bead = self.town.bead(self.rig, "Dear pears")
        mine = {"assignee": "shop/crew/tess"}
        beads.change(self.town.town, bead.id, TESS, "sling", mine, verb=BeadVerb.SLING)
        path = self.town.folder / "tess"
        self.town.repo(self.rig).git(
            "worktree", "add", "-q", "-b", "crew/tess", str(path), "main"
        )
        work = Checkout(path)
        work.commit("prices.txt", PRICES.replace("pear 4", "pear 9"))
        submit.submit(self.town.town, Submission(bead.id, "crew/tess", work.head), TESS)
        return bead.id

    def come_back(self) -> None:
        self.town.agent_does(self.bead.id, "sed -i s/9/2/ prices.txt", "closes Cheap")
        self.town.sling(self.bead, to="shop/ace")
        self.town.settle()

    @property
    def has_started(self) -> bool:
        return len(self.town.sessions()) > self.started


@pytest.fixture
def rivals(town):
    return Rivals(town)


def test_it_waits_until_the_other_has_landed(town, rivals):
    rivals.come_back()
    assert not rivals.has_started
    why = f"waits for {rivals.rival}, which it collides with: both change prices.txt"
    root = town.town.root
    assert f"  {rivals.bead.id} {why}\n" in gt("status", cwd=root).stdout
    has_it = "is hooked: shop/polecats/ace has it"
    explained = gt("ready", "--explain", "--rig", "shop", cwd=root).stdout
    assert f"  {has_it}, and it {why}\n" in explained
    assert gt("radar", "shop", cwd=root).stdout.endswith(f"{rivals.bead.id} {why}\n")

    tuning.take_off(town.town, rivals.rig, Brake.FROZEN, TESS)
    town.settle()

    assert rivals.has_started
    assert [town.now(each).status for each in (rivals.rival, rivals.bead)] == ["closed"] * 2
    assert town.file(rivals.rig, "prices.txt") == CHEAP


def test_it_waits_no_longer_than_its_patience(town, rivals):
    rivals.come_back()
    assert not rivals.has_started
    town.clock.advance(3600)
    town.settle()
    assert rivals.has_started


def test_who_wants_no_order_has_none(town, rivals):
    content = settings.emit(
        {
            **settings.read(town.town.root / rivals.rig.settings_name, "rig"),
            "radar": {"dispatch": "off"},
        }
    )
    commit.change(town.town, lambda: {rivals.rig.settings_name: content}, "No order", TESS)
    rivals.come_back()
    assert rivals.has_started
