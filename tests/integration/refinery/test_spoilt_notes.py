"""What lies beside the repository may be spoilt or gone: that costs time, and nothing else."""

from __future__ import annotations

import pytest

from gitgt.model.gate import Evidence
from gitgt.runtime import process
from gitgt.runtime.process import Ended
from tests.support.gate_shop import shell
from tests.support.shop import Shop, file
from tests.support.waiting import until

NOTES = ("gate-trouble.json", "lately.json", "leaks.json", "resolutions.json", "turns.json")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"gate": "test"}'])
def test_a_slot_whose_note_nobody_can_read_is_as_good_as_any(shop, text):
    shop.judge("exit 0")
    (shop.repository.gt / "slots" / "slot-0" / "last.json").write_text(text)
    shop.runs().pool.retire([])
    assert shop.judge("exit 1") == Evidence(fails=1, failed_at=2)
    assert shop.slot.exists()


@pytest.mark.parametrize("text", ["", '{"tree": 1}'])
def test_a_run_of_which_nobody_knows_what_it_is_for_is_stopped(shop, text):
    gate = shell("sleep 600")
    shop.begin(gate)
    (folder,) = shop.leftovers
    (folder / "run.json").write_text(text)
    assert shop.runs().live() == []
    assert shop.runs().take_in({gate.name: gate})
    assert shop.leftovers == []
    assert shop.judge("exit 0") == Evidence(passes=1, passed_at=1)


@pytest.mark.parametrize("text", ["", "\0\0\0", "[]", "7"])
def test_the_queue_goes_on_whatever_became_of_its_notes(town, text):
    shop = Shop(town, town.rig())
    first = shop.ask("a", file("a"))
    town.settle()
    place = town.ledger(shop.rig).repository.gt
    for each in (*(place / name for name in NOTES), *place.rglob("last.json")):
        each.write_text(text)
    second = shop.ask("b", file("b"))
    town.settle()
    assert shop.status(first, second) == ["landed", "landed"]


@pytest.mark.parametrize("name", ["run.json", "spec.json", "result", "running"])
@pytest.mark.parametrize("text", ["", "[]"])
def test_a_run_that_ended_and_left_what_nobody_can_read_is_run_again(shop, name, text):
    gate = shell("exit 0")
    shop.begin(gate)
    (folder,) = shop.leftovers
    until(lambda: isinstance(process.look(folder), Ended))
    (folder / name).write_text(text)
    shop.end(gate)
    assert shop.leftovers == []
    assert shop.judge("exit 0").passes
