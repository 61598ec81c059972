"""Gates at the edges, as a queue lives through them: others land, who did it goes back."""

from __future__ import annotations

import shlex

import pytest

from gitgt.model.gate import Verdict
from gitgt.runtime import identity
from gitgt.services.gates import gate
from gitgt.services.gates.gate_runs import GateRuns
from tests.support.shop import Shop, file
from tests.support.town import TESS, TownBuilder

# Ends with its parent gone and in a session of its own: nobody's child any more.
DAEMON = "setsid sh -c 'setsid sleep 1000 & echo $! >\"$0\"' {mark} &"


@pytest.fixture
def shop(town):
    return Shop(town, town.rig())


def judged(town: TownBuilder, shop: Shop, script: str, timeout: float | None = None) -> None:
    """Give the shop a gate that is *script*."""
    gate.add(town.town, shop.rig, "check", ["sh", "-c", script], TESS, timeout=timeout)


def test_one_that_hangs_is_ended_with_all_that_it_began(town, shop, tmp_path):
    mark = tmp_path / "pid"
    daemon = DAEMON.format(mark=shlex.quote(str(mark)))
    judged(town, shop, f"[ ! -e hang.txt ] || {{ {daemon} sleep 1000; }}", 1.0)
    names = [shop.ask(title, file(title)) for title in ("a", "hang", "b")]
    town.settle()
    assert shop.landed == ["a", "b"]
    assert shop.status(*names) == ["landed", "rejected", "landed"]
    assert town.now(names[1]).reason == "the gate check is red"
    assert identity.identify(int(mark.read_text())) is None


def test_who_prints_a_gigabyte_leaves_its_end(town, shop):
    judged(town, shop, "head -c 1000000000 /dev/zero; echo the end")
    name = shop.ask("a", file("a"))
    town.settle()
    assert shop.status(name) == ["landed"]
    [check] = gate.gates(town.town, shop.rig)
    runs, repo = GateRuns(town.town, shop.rig), town.repo(shop.rig)
    log = runs.log(repo.git("rev-parse", "main^{tree}"), check, Verdict.PASS)
    assert log.endswith("the end\n")
    assert len(log) < 100_000
    sizes = repo.git("cat-file", "--batch-all-objects", "--batch-check=%(objectsize)").split()
    assert max(int(each) for each in sizes) < 2 * 1024 * 1024
    assert list((shop.rig.repository_path / "gt" / "runs").iterdir()) == []


def test_what_a_gate_leaves_in_its_folder_is_nobody_elses(town, shop):
    others = '[ -z "$(git status --porcelain --ignored)" ] || exit 1'
    commit = "git -c user.name=a -c user.email=a@b commit -q --allow-empty -m mine"
    judged(
        town, shop,
        f"{others}; touch left behind; mkdir deep && touch deep/left; "
        f"[ ! -e edit.txt ] || echo more >>prices.txt; [ ! -e move.txt ] || {commit}",
    )  # fmt: skip
    names = [shop.ask(title, file(title)) for title in ("a", "edit", "move", "b")]
    town.settle()
    assert shop.status(*names) == ["landed", "rejected", "rejected", "landed"]
    assert town.file(shop.rig, "prices.txt") == "apple 3\npear 4\nplum 5\n"
    paths = town.repo(shop.rig).git("ls-tree", "-r", "--name-only", "main").splitlines()
    assert paths == ["README", "README.md", "a.txt", "b.txt", "check.sh", "prices.txt"]
