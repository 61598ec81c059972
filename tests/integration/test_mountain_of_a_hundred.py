"""A hundred beads in eight waves, a tenth of them hopeless: nobody looks, and it ends."""

from __future__ import annotations

import random

import pytest

from gitgt.ledger.transact import Change
from gitgt.model.convoy.convoy_feed import held_below
from gitgt.model.documents import Bead, Dependency, DependencyType
from gitgt.model.ids import BeadId
from gitgt.model.lifecycle import BeadStatus
from gitgt.services.convoy import convoys, mountain
from tests.support.checkout import Checkout
from tests.support.mountains import WAVES
from tests.support.mountains import mountain as planned
from tests.support.town import TESS


def settings(town, text):
    root = Checkout(town.town.root)
    root.write("settings/config.yaml", text)
    root.git("add", "settings/config.yaml")
    root.git("commit", "-q", "-m", "Set up the town")


def bead(town, name, epic, others):
    edges = (Dependency(DependencyType.BLOCKS, BeadId(each)) for each in others)
    return Bead(
        id=BeadId(name), type="task", title=name, status=BeadStatus.OPEN, parent=str(epic.id),
        created_at=town.town.now(), created_by="Tess Ter", dependencies=tuple(sorted(edges)),
    )  # fmt: skip


@pytest.mark.slow
def test_a_mountain_of_a_hundred_reaches_its_end_alone_and_reports(town):
    settings(town, "sessions:\n  launcher: exec\nconvoy:\n  cooldown: 0\n  max_failures: 1\n")
    shop = town.rig(gate="true")
    epic = town.bead(shop, "All of it", type="epic")
    names, hopeless = planned(random.Random(7))
    after = {_id(name): [*map(_id, others)] for name, others in names.items()}
    bad = {_id(name) for name in hopeless}
    made = tuple(bead(town, name, epic, others) for name, others in after.items())
    town.town.ledger_at(shop).transact(lambda _: Change("make them", made), TESS)
    for name in after.keys() - bad:
        town.agent_does(name, f"echo {name} >{name}", f"closes {name}")

    staged, convoy = mountain.climb(town.town, epic.id, TESS, force=True, validate=False)
    assert [len(wave) for wave in staged.staging.waves] == [*WAVES]
    town.settle()

    waiting = held_below(bad, after)
    lost = bad | set(waiting)
    seen = mountain.look(town.town, convoys.find(town.town, convoy.id))
    assert {*seen.report.landed} == after.keys() - lost
    reached = {name for name in bad if name not in waiting}
    assert {each.bead for each in seen.report.left} == reached
    assert {*seen.report.waiting} == lost - reached
    assert (seen.report.at_work, seen.report.open) == ((), ())
    assert "is at its end" in town.escalations()[0][1]
    files = town.repo(shop).git("ls-tree", "--name-only", shop.branch).splitlines()
    assert after.keys() - lost == {each for each in files if each.startswith("sh-")}


def _id(name):
    return f"sh-{name}"
