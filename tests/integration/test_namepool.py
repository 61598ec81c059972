"""What polecats are called, and work that is made on somebody's hook."""

import pytest

from gitgt.errors import NotFoundError, RefusedError
from gitgt.services import assigning, namepool
from gitgt.services.agents import crew
from gitgt.services.rig_state import moves
from tests.support.outputs import answered
from tests.support.town import TESS


def test_polecats_are_called_as_the_rig_says_then_as_its_theme_does(town):
    shop = town.rig()
    here = town.town
    assert namepool.create(here, "fruit", ["fig", "pear", "fig"], TESS)
    assert namepool.set_theme(here, shop, "fruit", TESS)
    assert namepool.add(here, shop, ["boss"], TESS)
    assert not namepool.add(here, shop, ["boss"], TESS)
    beads = [town.bead(shop, each) for each in "abcd"]
    town.sling(*beads)
    names = [town.now(each).assignee.rpartition("/")[2] for each in beads]
    assert names == ["boss", "fig", "pear", "51"]
    found = namepool.of(here, shop)
    assert (found.own, found.names, found.following) == (("boss",), ("fig", "pear"), "52")
    with pytest.raises(RefusedError, match=r"^shop use fruit$"):
        namepool.delete(here, "fruit", TESS)
    with pytest.raises(NotFoundError):
        namepool.set_theme(here, shop, "nuts", TESS)
    (here.root / "settings/themes/fruit.txt").write_text("../x\n# no\nplum\n")
    assert namepool.of(here, shop).following == "plum"
    assert namepool.reset(here, shop, TESS)
    assert namepool.set_theme(here, shop, "minerals", TESS)
    namepool.delete(here, "fruit", TESS)
    assert list(namepool.themes(here)) == ["mad-max", "minerals", "wasteland"]
    assert town.repo().git("status", "--porcelain") == ""


def test_a_bead_is_made_on_the_hook_of_the_crew_in_one_commit(town):
    shop = town.rig()
    crew.add(town.town, shop, "max", TESS)
    before = town.story(shop)

    def assign(title, *, force=False):
        said = {"title": title, "priority": 1}
        return assigning.assign(town.town, shop, "shop/crew/max", TESS, said, force=force)

    figs = assign("Sell figs")
    assert (figs.status, figs.assignee, figs.priority) == ("hooked", "shop/crew/max", 1)
    assert town.story(shop)[len(before) :] == [
        f"Tess Ter: create {figs.id}, and sling it to shop/crew/max"
    ]
    with pytest.raises(RefusedError, match=f"^shop/crew/max has {figs.id} on its hook$"):
        assign("Sell limes")
    limes = assign("Sell limes", force=True)
    assert (town.now(figs).status, town.now(limes).status) == ("open", "hooked")
    moves.dock(town.town, shop, TESS)
    with pytest.raises(RefusedError, match=r"^shop is docked$"):
        assign("Sell nuts", force=True)


def test_what_is_told_of_names_keeps_its_schema(town):
    crew.add(town.town, town.rig(), "max", TESS)
    assert answered(town, "namepool create", "fruit", "fig", "pear")["changed"]
    assert answered(town, "namepool themes", "fruit")[0]["names"] == ["fig", "pear"]
    assert answered(town, "namepool set", "fruit", "--rig", "shop")["changed"]
    assert answered(town, "namepool add", "kiwi", "--rig", "shop")["name"] == "shop"
    assert answered(town, "namepool list", "--rig", "shop")["next"] == "kiwi"
    assert answered(town, "namepool reset", "--rig", "shop")["changed"]
    assert answered(town, "assign", "max", "Sell figs", "--rig", "shop")["status"] == "hooked"
