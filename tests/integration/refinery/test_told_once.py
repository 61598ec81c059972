"""A queue that stands still says so once, however often it tries and whatever it measures."""

from __future__ import annotations

from gitgt.services.escalation import escalations
from gitgt.services.gates import gate
from tests.support.shop import Shop, file
from tests.support.town import TESS


def test_a_reason_that_counts_is_told_once_and_ends_when_it_works(town):
    shop = Shop(town, town.rig(gate=None))
    counted = town.folder / "counted"
    gate.add(town.town, shop.rig, "check", ["cat", str(counted)], TESS, minimum=5)
    bead = shop.ask("a", file("a"))
    for number in (3, 4):
        counted.write_text(f"Ran {number} tests\n")
        town.settle()
        town.clock.advance(3600)
    why = "check could not run: it ran 3 tests, fewer than 5"
    assert town.escalations(shop.rig) == [
        ("high", f"the queue of shop stands still: {why}"),
    ]
    counted.write_text("Ran 5 tests\n")
    town.settle()
    assert shop.status(bead) == ["landed"]
    assert escalations.every(town.town, closed=False) == []
