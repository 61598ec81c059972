"""Sessions that go on although their bead is off its hook."""

from __future__ import annotations

import pytest

from gitgt.services import beads
from gitgt.services.agents import agents
from tests.support.sitting import running
from tests.support.town import TESS
from tests.support.waiting import until

OBSIDIAN = "shop/polecats/obsidian"
QUARTZ = "shop/polecats/quartz"
HANGS = ("touch ../../$GT_POLECAT", "until [ -e ../../go ]; do sleep 0.02; done")


@pytest.fixture
def shop(town):
    """A rig whose obsidian works on."""
    return town.rig()


def hang(town, shop, title, *script):
    """Sling a bead whose session does *script* and does not end; return it once that is so."""
    bead = town.bead(shop, title, *script, *HANGS)
    town.sling(bead)
    town.turn()
    until((shop.path / town.now(bead).assignee.rpartition("/")[2]).exists)
    return bead


def doing(town, shop):
    """Return what each agent is doing."""
    return [
        (each.agent.address, str(each.state), each.holds, each.works_on)
        for each in agents.seen(town.town, [shop])
    ]


def test_a_session_is_ended_a_while_after_its_bead_was_released(town, shop):
    bead = hang(town, shop, "Changed my mind", "echo half >half")
    assert doing(town, shop) == [(OBSIDIAN, "working", bead.id, bead.id)]

    beads.release(town.town, bead.id, TESS, reason="not now")
    town.turn()

    assert doing(town, shop) == [(OBSIDIAN, "ending", "", bead.id)]
    town.clock.advance(58)  # each turn takes a second
    town.turn()
    assert len(running(town.town)) == 1

    town.turn()
    until(lambda: not running(town.town))

    assert doing(town, shop) == [(OBSIDIAN, "idle", "", "")]
    assert town.repo(shop).git("show", f"refs/gt/wip/{OBSIDIAN}:half") == "half"
    assert town.now(bead).status == "open"


def test_who_comes_after_a_session_that_hangs_has_its_turn(town, shop):
    town.restart()
    bead = hang(town, shop, "Hands in and hangs", "echo 1 >one", "closes One")
    town.turn()
    assert town.request(bead).status in ("queued", "landed")
    second = town.bead(shop, "Second", "echo 2 >two", "closes Two")
    town.sling(second, to="shop/obsidian")
    town.turn()
    assert doing(town, shop) == [(OBSIDIAN, "ending", second.id, bead.id)]

    town.restart()
    town.clock.advance(60)
    town.settle()

    assert [town.now(each).status for each in (bead, second)] == ["closed", "closed"]


def test_taken_up_again_in_time_it_goes_on(town, shop):
    bead = hang(town, shop, "To and fro", "echo 1 >one")
    beads.release(town.town, bead.id, TESS, reason="not now")
    town.turn()
    town.sling(bead, to="shop/obsidian")
    town.turn()
    town.clock.advance(60)
    town.turn()
    beads.release(town.town, bead.id, TESS, reason="not now either")
    town.turn()

    assert len(running(town.town)) == 1
    (shop.path / "go").touch()
    town.settle()
    assert len(town.sessions()) == 1


def test_work_goes_to_whose_session_has_ended(town, shop):
    first = hang(town, shop, "First", "echo 1 >one", "closes One")
    second = town.bead(shop, "Second", "echo 2 >two", "closes Two")
    town.sling(second)
    assert town.now(second).assignee == QUARTZ
    town.turn()
    until(lambda: len(running(town.town)) == 1)
    town.turn()
    assert town.now(first).status in ("in_progress", "closed")

    third = town.bead(shop, "Third", "echo 3 >three", "closes Three")
    town.sling(third)

    assert town.now(third).assignee == QUARTZ
    (shop.path / "go").touch()
    town.settle()
    assert town.now(third).status == "closed"
