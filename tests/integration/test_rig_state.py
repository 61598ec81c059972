"""Rigs that rest: nobody is started, nothing is lost, and they go on where they were."""

import json

import pytest

from gitgt.errors import NotAllowedError, RefusedError
from gitgt.model.actor import Actor
from gitgt.services import beads, rig, rig_state
from gitgt.services.rig import Wanted
from gitgt.services.rig_state import Kind, RigStanding, ending, moves, removal
from gitgt.services.rig_state.removal import Removed
from tests.support.clones import Place, hub
from tests.support.commandline import gt
from tests.support.outputs import answered
from tests.support.town import TESS

TOAST = Actor.agent("shop/polecats/toast")


def test_nobody_is_started_in_a_parked_rig_until_it_is_unparked(town):
    shop = town.rig()
    figs = town.bead(shop, "figs", "echo 1 >figs.txt", "closes figs")
    assert rig_state.standing(town.town, shop) == RigStanding()
    assert moves.park(town.town, shop, TESS, why="too hot")
    assert not moves.park(town.town, shop, TESS)
    town.sling(figs)
    town.settle()
    assert town.sessions() == []
    assert town.now(figs).status == "hooked"

    parked = rig_state.standing(town.town, shop)
    assert parked == RigStanding(Kind.PARKED, "Tess Ter", "too hot", "2026-11-22T14:30:01Z")
    assert moves.unpark(town.town, shop, TESS)
    assert not moves.unpark(town.town, shop, TESS)
    town.settle()
    assert town.now(figs).status == "closed"
    log = town.repo(shop).git("log", "--format=%an: %s", rig_state.PARKED).splitlines()
    assert log == ["Tess Ter: unpark shop", "Tess Ter: park shop: too hot"]


def test_what_was_handed_in_lands_in_a_docked_rig_and_nothing_is_slung_there(town):
    shop = town.rig()
    figs, limes = (town.bead(shop, each) for each in ("figs", "limes"))
    town.agent_does(figs.id, "echo 1 >figs.txt", "closes figs")
    town.sling(figs)
    town.turn()
    moves.dock(town.town, shop, TESS, why="it moves")
    town.settle()
    assert town.now(figs).status == "closed"
    with pytest.raises(RefusedError, match=r"^shop is docked: it moves$"):
        town.sling(limes)
    with pytest.raises(NotAllowedError):
        moves.undock(town.town, shop, TOAST)
    moves.undock(town.town, shop, TESS)
    town.sling(limes)
    assert town.now(limes).status == "hooked"
    told = [line for line in town.story(shop) if "dock " in line]
    assert told == ["Tess Ter: dock shop: it moves", "Tess Ter: undock shop"]


def test_all_clones_know_that_a_rig_is_docked_and_none_that_it_is_parked(tmp_path):
    project = str(hub(tmp_path).path)
    here, there = (Place(tmp_path / name, project) for name in ("here", "there"))
    try:
        here.sync()
        there.sync()
        for each in (here, there):  # at once, each unaware of the other
            moves.dock(each.builder.town, each.rig, TESS, why="it moves")
        moves.park(here.builder.town, here.rig, TESS)
        for each in (here, there, here):
            each.sync()
        found = [rig_state.standing(each.builder.town, each.rig) for each in (here, there)]
        assert [each.kind for each in found] == [Kind.DOCKED, Kind.DOCKED]
        moves.undock(here.builder.town, here.rig, TESS)
        for each in (here, there):
            each.sync()
        found = [rig_state.standing(each.builder.town, each.rig) for each in (here, there)]
        assert [each.kind for each in found] == [Kind.PARKED, Kind.OPERATIONAL]
    finally:
        here.builder.close()
        there.builder.close()


def test_a_rig_is_removed_when_nobody_is_at_work_there_and_comes_back_as_it_was(town):
    shop = town.rig()
    figs = town.bead(shop, "figs")
    town.sling(figs)
    with pytest.raises(RefusedError, match=r"^shop is not done: shop/polecats/\w+: sh-"):
        removal.remove(town.town, shop, TESS)
    beads.release(town.town, figs.id, TESS, reason="later")
    done = removal.remove(town.town, shop, TESS)
    assert done == Removed("shop", shop.path)
    assert town.town.rigs() == {}
    assert rig.add(town.town, Wanted("shop", shop.origin), TESS) == (shop, True)
    assert town.now(figs).title == "figs"


def test_the_folder_of_a_removed_rig_goes_and_all_that_it_held_is_kept(town):
    shop = town.rig()
    figs = town.bead(shop, "figs", "echo 1 >figs.txt", "git add figs.txt", "echo 2 >new.txt")
    town.sling(figs)
    town.settle()
    tips = town.repo(shop).git("for-each-ref", "--format=%(objectname)").split()
    (shop.path / "notes.txt").write_text("mine")
    done = removal.remove(town.town, shop, TESS, force=True, delete=True)
    assert done.left == ("notes.txt",)
    assert sorted(each.name for each in shop.path.iterdir()) == ["notes.txt"]
    repo = town.repo()
    kept = repo.git("for-each-ref", "--format=%(refname)", done.trash).splitlines()
    polecat = next(each for each in kept if "/gt/wip/" in each)
    assert repo.git("show", f"{polecat}:figs.txt") == "1"
    assert repo.git("show", f"{polecat}:new.txt") == "2"
    assert f"{done.trash}/heads/beads" in kept
    assert all(repo.git("cat-file", "-t", each) for each in tips)
    assert repo.git("status", "--porcelain") == ""


def test_a_rig_that_is_stopped_is_parked_and_its_sessions_end(town):
    shop = town.rig()
    town.sling(town.bead(shop, "figs", "sleep 60"))
    town.turn()
    [toast] = ending.running(shop)
    assert answered(town, "rig stop", "shop")[0]["state"] == "parked"
    town.turn()
    assert ending.running(shop) == []
    assert answered(town, "rig start", "shop") == [
        {"name": "shop", "state": "operational", "changed": True}
    ]
    town.turn()
    assert ending.running(shop) == [toast]
    assert answered(town, "rig restart", "shop")[0]["changed"]
    assert ending.running(shop) == []
    town.turn()
    assert ending.running(shop) == [toast]
    assert answered(town, "rig remove", "shop", "--force")["gone"] is False


def test_what_is_told_of_rigs_keeps_its_schema(town):
    town.rig()
    park = ("rig", "park", "shop", "-r", "hot")
    assert answered(town, "rig park", *park[2:])[0]["state"] == "parked"
    assert answered(town, "rig status", "shop")["why"] == "hot"
    assert answered(town, "rig unpark", "shop")[0]["changed"]
    assert answered(town, "rig dock", "shop")[0]["state"] == "docked"
    assert answered(town, "rig list")[0]["by"] == "Tess Ter"
    assert not answered(town, "rig undock", "shop")[0].get("by")
    agent = gt(*park, cwd=town.town.root, env={"GT_AGENT": "shop/polecats/toast"})
    assert agent.code == 1
    assert json.loads(gt("rig", "list", "--json", cwd=town.town.root).stdout)
