"""Setting up a town survives a kill -9 at any act: what was asked for is asked for again."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

import pytest

from gitgt.git import githooks
from gitgt.git.repository import Repository
from gitgt.services import install, rig
from gitgt.services.agents import crew
from gitgt.services.gates import gate
from gitgt.services.sessions import runtimes
from gitgt.services.town import Town
from tests.support.checkout import Checkout
from tests.support.deaths import announced, do, traces
from tests.support.town import TESS, Clock

pytestmark = pytest.mark.e2e
EVERYWHERE = bool(os.environ.get("KILL_EVERYWHERE"))
SAMPLE = 24


@pytest.fixture
def project(tmp_path):
    made = Checkout.init(tmp_path / "project")
    made.commit("file")
    return made.path


def arrive(folder: Path, project: Path) -> None:
    """Everything that makes a town ready for work, each step in a process of its own."""
    root = folder / "a town"

    def town():
        return Town(root, Clock())

    do(lambda: install.install(root, TESS, Clock()))
    do(lambda: rig.add(town(), rig.Wanted("shop", str(project)), TESS))
    do(lambda: crew.add(town(), town().rig("shop"), "max", TESS))
    do(lambda: gate.add(town(), town().rig("shop"), "check", ["true"], TESS, timeout=None))
    do(lambda: runtimes.define(town(), "script", "sh agent.sh", TESS, prompt="none"))
    do(lambda: runtimes.set_default(town(), "script", TESS))


def standing(folder: Path) -> dict[str, object]:
    """Return all that should be the same, whoever died when."""
    town = Town(folder / "a town", Clock())
    shop = town.rig("shop")
    top, bare = Checkout(town.root), Checkout(shop.repository_path)
    for each in (top, bare):
        assert each.git("fsck", "--strict", "--no-dangling") == ""
    return {
        "files": {name: top.read(name) for name in top.git("ls-files").splitlines()},
        "status": top.git("status", "--porcelain"),
        "folders": sorted(path.name for path in (*town.root.iterdir(), *shop.path.iterdir())),
        "refs": bare.git("for-each-ref", "--format=%(refname)").splitlines(),
        "config": bare.git("config", "--list", "--local").replace(str(folder), ""),
        "hooks": {each.state for each in githooks.installed(Repository(bare.path))},
        "desks": [Checkout(path).branch for path in (town.desk, shop.desk)],
        "seat": Checkout(shop.path / "crew" / "max").git("status", "--porcelain", "--branch"),
        "agents": bare.git("log", "--format=%an: %s", "-1", "beads"),
        "default": runtimes.default(town),
        "gates": gate.gates(town, shop),
    }


@pytest.mark.timeout(3600 if EVERYWHERE else 300)
def test_a_death_at_any_act_of_the_arrival(tmp_path, project):
    place, journal = tmp_path / "place", tmp_path / "acts"

    def told(death):
        shutil.rmtree(place, ignore_errors=True)
        journal.unlink(missing_ok=True)
        place.mkdir()
        with announced(journal, death):
            arrive(place, project)
        return standing(place)

    ending = told(0)
    acts = traces(journal)
    assert ending["status"] == ""
    assert ending["agents"] == "Tess Ter: max joins the crew of shop"
    for number in acts if EVERYWHERE else acts[:: len(acts) // SAMPLE]:
        line = shlex.quote(journal.read_text())
        assert told(number) == ending, (number, line)
