"""What several gates, each with its own eyes and its own turn, cost a queue."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from gitgt.model.documents import Escalation
from gitgt.services.gates import gate
from tests.support.shop import Shop
from tests.support.town import TESS

GOOD, BAD = "fine\n", "FIXME\n"


class Watched(Shop):
    """A rig with gates that refuse FIXME in the folders that they look into."""

    def gate(self, name: str, *folders: str, **said) -> None:
        script = f"! grep -rq FIXME --exclude-dir=.git {' '.join(folders) or '.'}"
        gate.add(self.town.town, self.rig, name, ["sh", "-c", script], TESS, **said)

    def asks(self, title: str, **files: str):
        """Submit a branch with one file in each of these folders."""
        return self.ask(title, {f"{each}/{title}.txt": text for each, text in files.items()})

    @property
    def runs(self) -> dict[str, Counter[str]]:
        """How often each gate has said what."""
        repo = self.town.repo(self.rig)
        listed = repo.attempt("ls-tree", "-r", "--name-only", "refs/gt/verdicts")
        found: dict[str, Counter[str]] = {}
        for name in listed.stdout.split():
            if not name.endswith(".log"):
                for run in json.loads(repo.git("show", f"refs/gt/verdicts:{name}"))["runs"]:
                    found.setdefault(run["gate"], Counter())[run["verdict"]] += 1
        return found


@pytest.fixture
def shop(town):
    return Watched(town, town.rig(gate=None))


def test_a_change_of_the_documents_costs_the_tests_no_run(town, shop):
    shop.gate("test", "src", inputs=["src/**"])
    shop.gate("spell", "docs", inputs=["docs/**"])
    shop.asks("code", src=GOOD)
    town.settle()
    assert shop.runs == {"test": {"pass": 1}, "spell": {"pass": 1}}
    for title in ("one", "two", "three"):
        shop.asks(title, docs=GOOD)
        town.settle()
    assert shop.landed == ["code", "one", "two", "three"]
    assert shop.runs == {"test": {"pass": 1}, "spell": {"pass": 4}}


def test_who_is_red_where_a_gate_sees_nothing_of_it_is_not_blamed_by_that_gate(town, shop):
    shop.gate("test", "src", inputs=["src/**"])
    shop.asks("code", src=GOOD)
    town.settle()
    shop.asks("documents", docs=BAD)
    town.settle()
    assert shop.landed == ["code", "documents"]


def test_a_later_phase_is_not_run_on_what_an_earlier_one_refuses(town, shop):
    shop.gate("lint", "src", phase=1)
    shop.gate("test", "docs", phase=2)
    bad = shop.asks("bad", src=BAD, docs=GOOD)
    town.settle()
    assert town.request(town.now(bad)).status == "rejected"
    assert shop.runs == {"lint": {"fail": 2, "pass": 1}}


def test_a_culprit_is_searched_for_with_the_gate_that_is_red_alone(town, shop):
    shop.gate("lint", "src")
    shop.gate("test", "docs")
    for title in "abcdefgh":
        shop.asks(title, src=GOOD, docs=BAD if title == "f" else GOOD)
    town.settle()
    assert shop.landed == list("abcdegh")
    assert shop.runs["lint"].total() == 3  # all of them, who stood before, and who came after
    assert shop.runs["test"]["fail"] >= 3


def test_who_leaves_programs_running_is_told_once_until_it_is_mended(town, shop):
    def said() -> list[str]:
        return [title for _, title in town.escalations(shop.rig)]

    # The shell's child is called sh for a moment, before it is what it runs.
    left = "sleep 1000 & until [ $(cat /proc/$!/comm) = sleep ]; do :; done"
    gate.add(town.town, shop.rig, "test", ["sh", "-c", left], TESS)
    for title in ("one", "two"):
        shop.asks(title, src=GOOD)
        town.settle()
    assert said() == ["the gate test of shop leaves sleep running"]
    gate.add(town.town, shop.rig, "test", ["true"], TESS)
    shop.asks("three", src=GOOD)
    town.settle()
    (told,) = town.ledger(shop.rig).all(Escalation)
    assert told.status == "closed"
