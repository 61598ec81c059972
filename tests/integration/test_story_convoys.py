"""Convoys across rigs, and people who work on their own branches."""

from __future__ import annotations

from gitgt.services import sling as service
from gitgt.services.agents import crew
from gitgt.services.convoy import convoys
from tests.support.checkout import Checkout
from tests.support.town import TESS


def test_a_convoy_lands_when_its_last_member_has(town):
    shop, farm = town.rig("shop"), town.rig("farm")
    sold = town.bead(shop, "Sell kale", "echo 'kale 2' >>prices.txt", "closes Kale")
    grown = town.bead(farm, "Grow kale", "echo kale >field", "closes Kale")
    caravan = convoys.create(town.town, "Kale", [sold.id, grown.id], TESS)

    town.sling(sold)
    town.settle()
    view = convoys.show(town.town, caravan.id)
    assert (view.closed, view.is_complete, view.convoy.status) == (1, False, "open")

    town.sling(grown)
    town.settle()
    view = convoys.show(town.town, caravan.id)
    assert (view.closed, view.is_complete, view.convoy.status) == (2, True, "closed")
    assert town.story()[-2:] == [
        f"Tess Ter: create convoy {caravan.id}: Kale",
        f"convoys: convoy {caravan.id} landed: Kale (2 of 2)",
    ]


def test_a_sling_makes_a_convoy(town):
    shop = town.rig()
    beads = [town.bead(shop, each, f"echo {each} >{each}", f"closes {each}") for each in "abc"]
    town.sling(*beads, convoy=True)
    town.settle()

    [caravan] = town.convoys()
    assert (caravan.title, caravan.status) == ("Batch: 3 beads", "closed")
    assert sorted(caravan.members) == sorted(bead.id for bead in beads)


def test_a_convoy_that_a_sling_had_no_time_to_make_is_made(town):
    shop = town.rig()
    bead = town.bead(shop, "Alone", "echo 1 >one", "closes One")
    name = convoys.reserve(town.town)
    service.hang(town.town, bead.id, service.Order(), name, TESS)
    assert town.convoys() == []

    town.settle()

    assert [(each.id, each.title, each.status) for each in town.convoys()] == [
        (name, "Work: Alone", "closed")
    ]


def test_a_sling_that_is_repeated_after_a_kill_makes_one_convoy(town):
    shop = town.rig()
    first, second = (town.bead(shop, each) for each in ("One", "Two"))
    name = convoys.reserve(town.town)
    service.hang(town.town, first.id, service.Order(), name, TESS)

    town.sling(first, second, convoy=True)

    [made] = town.convoys()
    assert (made.id, made.members) == (name, tuple(sorted((first.id, second.id))))


def persons_branch(town, shop):
    path, _ = crew.add(town.town, shop, "max", TESS)
    town.settle()
    return Checkout(path)


def test_a_persons_branch_is_submitted_when_its_push_arrived(town):
    shop = town.rig()
    bead = town.bead(shop, "By hand")
    seat = persons_branch(town, shop)
    before = town.ledger(shop).commit
    seat.write("hand.txt", "made\n")
    seat.git("add", "-A")
    seat.git("commit", "-q", "-m", f"By hand\n\nCloses: {bead.id}")
    town.settle()
    assert town.now(bead).status == "open"

    seat.git("push", "-q", "--dry-run", "origin", "crew/max")
    town.settle()
    assert town.now(bead).status == "open"

    seat.git("push", "-q", "origin", "crew/max")
    town.settle()

    closed = town.now(bead)
    assert (closed.status, closed.assignee) == ("closed", "shop/crew/max")
    assert town.file(shop, "hand.txt") == "made\n"
    assert town.story(shop, since=before) == [
        f"shop/crew/max: submit {bead.id} at {seat.head[:12]}",
        f"refinery: land {bead.id}",
    ]


def test_a_push_to_a_protected_branch_is_refused_with_the_way_to_do_it(town):
    shop = town.rig()
    seat = persons_branch(town, shop)
    seat.commit("x")
    done = seat.attempt(
        "push", "-q", "origin", "HEAD:main", env={"GT_AGENT": "shop/polecats/nux"}
    )
    assert done.returncode == 1
    assert "git gt done" in done.stderr
