"""Whom a change concerns."""

from __future__ import annotations

from gitgt.daemon.watch import Eyes
from gitgt.reactor.key import Key
from gitgt.services import beads


def test_a_queue_hears_of_every_ledger(town):
    """It may wait for a bead of another rig, or for a gate that the town has committed."""
    shop, farm = town.rig("shop"), town.rig("farm")
    eyes = Eyes(town.town)

    assert Key("refinery", "farm") in eyes.route(shop.repository_path, [])
    assert Key("refinery", "farm") in eyes.route(town.town.repository.common, [])
    assert Key("witness", "farm") not in eyes.route(shop.repository_path, [])
    assert Key("witness", "farm") in eyes.route(farm.repository_path, [])
    assert eyes.route(town.town.root / "rigs.yaml", []) is None


def test_what_waits_for_another_rig_lands_when_that_has(town):
    shop, farm = town.rig("shop"), town.rig("farm")
    grown = town.bead(farm, "Grow kale", "echo kale >field", "closes Kale")
    sold = town.bead(
        shop, "Sell kale", "echo 'kale 2' >>prices.txt", "closes Kale",
        dependencies=beads.blocks(town.town, [grown.id]),
    )  # fmt: skip
    town.sling(sold, force=True)
    town.settle()
    assert town.request(sold).status == "queued"

    town.sling(grown)
    town.settle()

    assert town.now(sold).status == "closed"
