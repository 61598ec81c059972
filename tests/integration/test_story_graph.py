"""Who waits for whom, told with real ledgers: across them, with outcomes, by what landed."""

from __future__ import annotations

import pytest

from gitgt.cli.bead import drawing
from gitgt.errors import NotFoundError, RefusedError
from gitgt.model.documents import Dependency, DependencyType, Outcome
from gitgt.model.graph import Reason
from gitgt.model.ids import BeadId
from gitgt.services import beads, claim_ready, ending, epics, graph, picture, reading
from tests.support.town import TESS


def ready(town, *rigs):
    return [row.title for row in reading.ready(town.town, rigs)]


def link(town, bead, kind, on, when=""):
    beads.link(town.town, bead.id, Dependency(DependencyType(kind), on.id, when), TESS)


def close(town, bead, outcome="success"):
    beads.close(town.town, bead.id, TESS, outcome=Outcome(outcome), reason="done")


def test_a_way_out_is_taken_when_the_other_way_failed(town):
    shop = town.rig()
    deploy, undo, tell = (town.bead(shop, each) for each in ("Deploy", "Undo", "Tell"))
    link(town, undo, "conditional-blocks", deploy)
    link(town, tell, "conditional-blocks", deploy, "success")
    assert ready(town, shop) == ["Deploy"]
    close(town, deploy, "failure")
    assert ready(town, shop) == ["Undo"]
    assert graph.reasons(town.town, tell.id) == (
        Reason("conditional-blocks", deploy.id, "success", final=True),
    )


def test_what_waits_in_whatever_way_is_slung_by_force_alone(town):
    shop = town.rig()
    ground, house = town.bead(shop, "Ground"), town.bead(shop, "House", type="epic")
    walls = town.bead(shop, "Walls", parent=house.id)
    sell = town.bead(shop, "Sell")
    link(town, house, "blocks", ground)
    link(town, sell, "merge-blocks", ground)
    for bead, on in ((walls, house), (sell, ground)):
        with pytest.raises(RefusedError, match=f"{bead.id} waits for {on.id}$"):
            town.sling(bead)
    close(town, ground)
    with pytest.raises(RefusedError, match=f"{sell.id} waits for {ground.id}$"):
        town.sling(sell)
    town.sling(walls)
    assert town.now(walls).status == "hooked"


def test_closing_tells_all_that_it_freed_and_nothing_else(town):
    shop, toys = town.rig(), town.rig("toys")
    ground, other = town.bead(shop, "Ground"), town.bead(shop, "Other")
    house = town.bead(shop, "House", type="epic")
    walls, roof = town.bead(shop, "Walls", parent=house.id), town.bead(shop, "Roof")
    doll = town.bead(toys, "Doll")
    link(town, house, "blocks", ground)
    link(town, roof, "blocks", ground)
    link(town, roof, "blocks", other)
    link(town, doll, "blocks", ground)
    done = ending.close(town.town, [ground.id], TESS, outcome=Outcome.SUCCESS)
    assert {row.id for row in done.unblocked} == {walls.id, doll.id}
    done = ending.close(town.town, [other.id], TESS, outcome=Outcome.SUCCESS)
    assert {row.id for row in done.unblocked} == {roof.id}


def test_parts_are_waited_for_and_wait_with_the_whole(town):
    shop = town.rig()
    ground, house = town.bead(shop, "Ground"), town.bead(shop, "House", type="epic")
    walls = town.bead(shop, "Walls", parent=house.id)
    roof = town.bead(shop, "Roof", parent=house.id)
    sell, show = town.bead(shop, "Sell"), town.bead(shop, "Show")
    link(town, house, "blocks", ground)
    link(town, sell, "waits-for", house)
    link(town, show, "waits-for", house, "any-child")
    assert ready(town, shop) == ["Ground"]
    assert graph.reasons(town.town, walls.id) == (Reason("parent", house.id),)
    close(town, ground)
    assert sorted(ready(town, shop)) == ["Roof", "Walls"]
    close(town, walls)
    assert sorted(ready(town, shop)) == ["Roof", "Show"]
    assert epics.one(town.town, house.id).fields()["closed"] == 1
    close(town, roof)
    assert sorted(ready(town, shop)) == ["Sell", "Show"]
    assert [each.is_done for each in epics.progress(town.town, [shop])] == [True]


def test_code_is_waited_for_until_it_has_landed(town):
    shop = town.rig()
    first = town.bead(shop, "First", "echo 'kale 2' >>prices.txt", "closes Kale")
    second = town.bead(shop, "Second")
    link(town, second, "merge-blocks", first)
    assert ready(town, shop) == ["First"]
    town.sling(first)
    town.settle()
    assert ready(town, shop) == ["Second"]


def test_another_ledger_is_asked_and_what_is_nowhere_holds(town):
    shop, farm = town.rig("shop"), town.rig("farm")
    grow, sell = town.bead(farm, "Grow"), town.bead(shop, "Sell")
    part = town.bead(shop, "Pack", parent=sell.id)
    link(town, sell, "blocks", grow)
    assert ready(town, shop) == []
    assert graph.reasons(town.town, part.id) == (Reason("parent", sell.id),)
    assert {each.row.id for each in graph.blocked(town.town, [shop])} == {sell.id, part.id}
    close(town, grow)
    assert sorted(ready(town, shop)) == ["Pack", "Sell"]
    nowhere = BeadId.parse(f"{grow.id.prefix}-nowhr")
    waits = Dependency(DependencyType.BLOCKS, nowhere)
    lost = town.bead(shop, "Lost", dependencies=(waits,))
    assert "Lost" not in ready(town, shop)
    assert graph.reasons(town.town, lost.id) == (Reason("missing", nowhere),)


@pytest.mark.parametrize("home", ["shop", "farm"])
def test_parts_are_waited_for_in_whatever_ledger_they_are(town, home):
    """*home* is whose ledger the whole is in; the parts are always one here, one there."""
    shop, farm = town.rig("shop"), town.rig("farm")
    house = town.bead(farm if home == "farm" else shop, "House", type="epic")
    walls = town.bead(shop, "Walls", parent=house.id)
    roof = town.bead(farm, "Roof", parent=house.id)
    sell, show = town.bead(shop, "Sell"), town.bead(farm, "Show")
    link(town, sell, "waits-for", house)
    link(town, show, "waits-for", house, "any-child")
    assert ready(town, shop, farm) == ["Walls", "Roof"]
    assert graph.reasons(town.town, sell.id) == (Reason("waits-for", house.id, "0/2"),)
    assert graph.open_parts(town.town, house.id) == [walls.id, roof.id]
    waves = graph.waves(town.town, [shop, farm])
    assert {sell.id, show.id} <= {*waves.waves[1]}
    close(town, walls)
    assert ready(town, shop, farm) == ["Roof", "Show"]
    with pytest.raises(RefusedError, match=f"{house.id} has 1 open part: {roof.id}$"):
        ending.close(town.town, [house.id], TESS, outcome=Outcome.SUCCESS)
    with pytest.raises(RefusedError, match=f"{house.id} has 1 open part: {roof.id}$"):
        beads.update(town.town, house.id, TESS, beads.Update({}, status="closed"))
    done = ending.close(town.town, [roof.id], TESS, outcome=Outcome.SUCCESS)
    assert [row.id for row in done.unblocked] == [sell.id]
    assert graph.cycles(town.town, [shop, farm]) == []


def test_no_wave_has_what_waits_for_another_ledger_or_for_good(town):
    shop, farm = town.rig("shop"), town.rig("farm")
    milk = town.bead(farm, "Milk")
    cheese, cake = town.bead(shop, "Cheese"), town.bead(shop, "Cake")
    link(town, cheese, "blocks", milk)
    link(town, cake, "blocks", cheese)
    assert graph.waves(town.town, [shop]).waves == [[], [cheese.id], [cake.id]]
    assert graph.waves(town.town, [farm]).waves == [[milk.id]]

    spare, late = town.bead(shop, "Spare"), town.bead(shop, "Late")
    link(town, spare, "conditional-blocks", cake, "failure")
    link(town, late, "blocks", spare)
    assert graph.waves(town.town, [shop]).waves[3:] == [[spare.id], [late.id]]
    close(town, milk), close(town, cheese), close(town, cake)
    found = graph.waves(town.town, [shop])
    assert (found.waves, found.never) == ([], sorted([spare.id, late.id]))


def test_a_circle_over_two_ledgers_is_found_whatever_closes_it(town):
    shop, farm = town.rig("shop"), town.rig("farm")
    house, sell = town.bead(farm, "House", type="epic"), town.bead(shop, "Sell")
    walls = town.bead(shop, "Walls", parent=house.id)
    link(town, sell, "waits-for", house)
    with pytest.raises(RefusedError, match=f"{walls.id} -> {sell.id} -> {walls.id}$") as caught:
        link(town, walls, "blocks", sell)
    assert caught.value.hint == f"git gt bead dep remove {sell.id} {house.id}"
    with pytest.raises(RefusedError, match=f"{house.id} -> {walls.id}|would wait"):
        link(town, house, "blocks", walls)


@pytest.mark.parametrize("kind", ["blocks", "parent-child", "waits-for", "merge-blocks"])
def test_no_circle_is_written(town, kind):
    shop = town.rig()
    one, two, three = (town.bead(shop, each) for each in "abc")
    link(town, one, "blocks", two)
    if kind == "waits-for":
        part = town.bead(shop, "part", parent=three.id)
        link(town, two, "blocks", part)
        with pytest.raises(RefusedError, match=f"{part.id} -> {three.id}|would wait"):
            link(town, part, "waits-for", three)
    link(town, two, "blocks", three)
    with pytest.raises(RefusedError) as caught:
        link(town, three, kind if kind != "waits-for" else "blocks", one)
    way = f"{three.id} -> {one.id} -> {two.id} -> {three.id}"
    assert caught.value.message.endswith(way)
    assert caught.value.hint == f"git gt bead dep remove {two.id} {three.id}"
    assert graph.cycles(town.town, [shop]) == []


def test_two_who_ask_at_once_get_two_beads(town):
    shop = town.rig()
    town.bead(shop, "Urgent", priority=0)
    town.bead(shop, "Later", priority=3)
    got = [claim_ready.claim(town.town, [None, shop], TESS, {}).title for _ in range(2)]
    assert got == ["Urgent", "Later"]
    with pytest.raises(NotFoundError, match="nothing is ready"):
        claim_ready.claim(town.town, [shop], TESS, {})


def test_a_picture_is_drawn_in_every_form(town):
    from xml.etree import ElementTree

    shop = town.rig()
    ground, walls = town.bead(shop, "Ground & <soil>"), town.bead(shop, "Walls")
    link(town, walls, "blocks", ground)
    found = picture.around(town.town, walls.id)
    assert list(drawing.text(picture.tree(found, walls.id))) == [
        f"{walls.id}  blocked  P2  Walls",
        f"  - {ground.id}  ready  P2  Ground & <soil>",
    ]
    one, other = (name.replace("-", "_") for name in (ground.id, walls.id))
    assert f"    {one} --> {other}" in list(drawing.mermaid(found))
    drawn = ElementTree.fromstring("\n".join(drawing.svg(found)))
    assert len(drawn.findall(".//{http://www.w3.org/2000/svg}g")) == 2
