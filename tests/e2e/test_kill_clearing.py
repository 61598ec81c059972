"""Whoever takes a worktree away may be killed at any act: nothing is lost thereby."""

from __future__ import annotations

import os
import shlex
import shutil

import pytest

from gitgt.errors import NotFoundError
from gitgt.git import trash
from gitgt.git.repository import Repository
from gitgt.services.agents import crew, crew_care, polecats, sandbox
from gitgt.services.town import Town
from tests.support.checkout import Checkout
from tests.support.deaths import announced, do, traces
from tests.support.town import TESS, Clock, TownBuilder

pytestmark = pytest.mark.e2e
EVERYWHERE = bool(os.environ.get("KILL_EVERYWHERE"))
SAMPLE = 12
OBSIDIAN, ANN = "shop/polecats/obsidian", "shop/crew/ann"


@pytest.fixture
def stage(tmp_path):
    """A town with a polecat and a crew member, each with a commit and a file besides."""
    builder = TownBuilder(tmp_path / "place").watched()  # so that nothing goes on behind it
    shop = builder.rig()
    crew.add(builder.town, shop, "ann", TESS)
    bead = builder.bead(shop, "Apples")
    builder.sling(bead)
    sandbox.prepare(shop, builder.ledger(shop), builder.now(bead))
    for place in (builder.sandbox(shop, "obsidian"), Checkout(shop.path / "crew/ann")):
        place.commit("done", "done\n")
        place.write("half", "half\n")
    builder.close()
    shutil.copytree(tmp_path / "place", tmp_path / "before", symlinks=True)
    return tmp_path, builder.town.root


def nuke(town):
    polecats.nuke(town, town.rig("shop"), OBSIDIAN, TESS, force=True)


def remove(town):
    try:
        leaver = crew_care.leaver(town, town.rig("shop"), "ann")
    except NotFoundError:  # as it says to whoever died when all was done
        return
    crew_care.remove(town, leaver, TESS, force=True, purge=True)


def rename(town):
    shop = town.rig("shop")
    if town.ledger_at(shop).snapshot().agent_at("shop/crew/anna") is None:
        crew_care.rename(town, shop, "ann", "anna", TESS)


def kept(town, whose):
    """Return what there is of what somebody had done, wherever it is."""
    repository = Repository(town.rig("shop").repository_path)
    repo = Checkout(repository.common)
    assert repo.git("fsck", "--strict", "--no-dangling") == ""
    snapshot = repository.ref(f"refs/gt/wip/{whose}")
    tips = {each.what: each.commit for each in trash.discarded(repository)}
    heads = [ref for ref in repository.refs("refs/heads/") if "desk" not in ref]
    return {
        "half": snapshot and repo.git("show", f"{snapshot}:half"),
        "tips": {what: repo.git("show", f"{tip}:done") for what, tip in tips.items()},
        "heads": sorted(heads),
        "folders": sorted(str(each.relative_to(town.root)) for each in _seats(town)),
        "held": [
            (row.id, row.status, row.assignee)
            for row in town.ledger_at(town.rig("shop")).snapshot().rows(kind="bead")
        ],
    }


def _seats(town):
    for folder in ("crew", "polecats"):
        yield from (town.rig("shop").path / folder).glob("*/half")


@pytest.mark.timeout(3600 if EVERYWHERE else 300)
@pytest.mark.parametrize(
    ("act", "whose"),
    [(nuke, OBSIDIAN), (remove, ANN), (rename, ANN)],
    ids=["nuke", "remove", "rename"],
)
def test_a_death_at_any_act(stage, act, whose):
    folder, root = stage
    journal = folder / "acts"

    def told(death):
        shutil.rmtree(folder / "place")
        shutil.copytree(folder / "before", folder / "place", symlinks=True)
        journal.unlink(missing_ok=True)
        with announced(journal, death):
            do(lambda: act(Town(root, Clock())))
        return kept(Town(root, Clock()), whose)

    ending = told(0)
    acts = traces(journal)
    for number in acts if EVERYWHERE else acts[:: max(1, len(acts) // SAMPLE)]:
        line = shlex.quote(journal.read_text())
        assert told(number) == ending, (number, line)
