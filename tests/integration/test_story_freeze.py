"""The emergency brake: everything stands still, nothing is lost, and a thaw lets it go on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gitgt.errors import BusyError
from gitgt.runtime import process
from gitgt.services import freeze
from gitgt.services.freeze import Freeze, stopping
from gitgt.services.mail import nudges
from gitgt.services.sessions import session_control, sessions
from tests.support.commandline import gt
from tests.support.outputs import validator
from tests.support.town import TESS
from tests.support.waiting import until

OBSIDIAN = "shop/polecats/obsidian"
WAITS = ("touch ../../here", "until [ -e ../../go ]; do sleep 0.02; done")


def states(run: Path) -> set[str]:
    """Return the states of all processes of a run but its shim, as the kernel names them."""
    found = set()
    for who in process.members(run):
        text = Path(f"/proc/{who.pid}/stat").read_text()
        found.add(text.rpartition(")")[2].split()[0])
    return found


def test_a_frozen_town_stands_still_and_goes_on_where_it_was(town):
    shop = town.rig()
    first = town.bead(shop, "At work", *WAITS, "echo all >all", "closes Done")
    town.sling(first)
    town.turn()
    until((shop.path / "here").exists)
    run = sessions.sessions_of(shop).folders()[0]

    code, said, told = gt("estop", "-m", "smoke in the kitchen", cwd=town.town.root)

    assert (code, told) == (0, "")
    assert said == f"the town is frozen\n  {OBSIDIAN} stands still\n"
    assert states(run) == {"T"}
    assert sessions.look(shop, OBSIDIAN).run.frozen
    found = freeze.frozen(town.town, shop) or Freeze(since="never")
    assert (found.rig, found.why, found.by) == ("", "smoke in the kitchen", "Tess Ter")

    second = town.bead(shop, "Later", "echo more >more", "closes Later")
    town.sling(second)
    (shop.path / "go").touch()
    town.turn()
    assert [session[0] for session in town.sessions()] == [first.id]
    with pytest.raises(BusyError, match="the town is frozen: smoke in the kitchen"):
        session_control.start(town.town, town.town, "mayor", TESS)
    again = gt("estop", cwd=town.town.root)
    assert again.stdout == f"nothing changed: the town is frozen\n  {OBSIDIAN} stands still\n"

    code, said, told = gt("thaw", "--json", cwd=town.town.root)

    assert (code, told) == (0, "")
    validator("brake").validate(json.loads(said))
    assert json.loads(said) == {
        "rig": "", "changed": True, "stopped": [], "went_on": [OBSIDIAN], "by_hand": [],
    }  # fmt: skip
    town.settle()
    assert [town.now(each).status for each in (first, second)] == ["closed", "closed"]
    assert town.file(shop, "all") == "all\n"
    assert town.repo(None).git("log", "--format=%an %s", "refs/gt/freeze") == (
        "Tess Ter thaw the town\nTess Ter freeze the town"
    )


def test_who_was_killed_while_freezing_is_helped_by_the_watcher(town):
    shop = town.rig()
    town.sling(town.bead(shop, "At work", *WAITS, "closes Done"))
    town.turn()
    until((shop.path / "here").exists)
    run = sessions.sessions_of(shop).folders()[0]
    stopping.stop(town.town, shop, TESS, why="")
    sessions.sessions_of(shop).thaw(OBSIDIAN)

    town.turn()

    assert states(run) == {"T"}
    assert freeze.frozen(town.town) is None
    sessions.sessions_of(shop).stop(OBSIDIAN)
    assert not process.members(run)


def test_what_is_to_be_said_does_not_get_too_late_meanwhile(town):
    shop = town.rig()
    nudges.queue(town.town, OBSIDIAN, "mayor", "look up", urgent=False, after=0.0)
    stopping.stop(town.town, None, TESS, why="")
    town.clock.advance(86_400)
    assert nudges.next_expiry(town.town, shop) is None
    stopping.thaw(town.town, None, TESS)
    town.clock.advance(60)

    assert nudges.expire(town.town, shop) == []
    assert [each.text for each in nudges.waiting(town.town, OBSIDIAN)] == ["look up"]
