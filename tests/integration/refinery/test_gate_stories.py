"""What several gates, each with its own eyes and its own turn, cost a queue."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from gitgt.model.documents import Escalation
from gitgt.model.lifecycle import BeadVerb
from gitgt.services import beads, gate, submit
from gitgt.services.submit import Submission
from tests.support.checkout import Checkout
from tests.support.town import TESS

GOOD, BAD = "fine\n", "FIXME\n"


class Shop:
    """A rig whose people submit branches, and whose gates refuse FIXME in what they see."""

    def __init__(self, town) -> None:
        self.town = town
        self.rig = town.rig(gate=None)
        self.work = Checkout(town.folder / "work")
        town.repo(self.rig).git(
            "worktree", "add", "-q", "--detach", str(self.work.path), "main"
        )

    def gate(self, name: str, *folders: str, **said) -> None:
        script = f"! grep -rq FIXME --exclude-dir=.git {' '.join(folders) or '.'}"
        gate.add(self.town.town, self.rig, name, ["sh", "-c", script], TESS, **said)

    def ask(self, title: str, **files: str):
        bead = self.town.bead(self.rig, title)
        mine = {"assignee": "shop/crew/tess"}
        beads.change(self.town.town, bead.id, TESS, "sling", mine, verb=BeadVerb.SLING)
        branch = f"crew/tess-{bead.id}"
        self.work.git("switch", "-q", "-C", branch, "main")
        for folder, text in files.items():
            self.work.write(f"{folder}/{title}.txt", text)
        self.work.git("add", "-A")
        self.work.git("commit", "-q", "-m", title)
        submit.submit(self.town.town, Submission(bead.id, branch, self.work.head), TESS)
        self.work.git("switch", "-q", "--detach", "main")
        return bead.id

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

    @property
    def landed(self) -> list[str]:
        return [each.partition(" (")[0] for each in self.town.main(self.rig) if " (" in each]


@pytest.fixture
def shop(town):
    return Shop(town)


def test_a_change_of_the_documents_costs_the_tests_no_run(town, shop):
    shop.gate("test", "src", inputs=["src/**"])
    shop.gate("spell", "docs", inputs=["docs/**"])
    shop.ask("code", src=GOOD)
    town.settle()
    assert shop.runs == {"test": {"pass": 1}, "spell": {"pass": 1}}
    for title in ("one", "two", "three"):
        shop.ask(title, docs=GOOD)
        town.settle()
    assert shop.landed == ["code", "one", "two", "three"]
    assert shop.runs == {"test": {"pass": 1}, "spell": {"pass": 4}}


def test_who_is_red_where_a_gate_sees_nothing_of_it_is_not_blamed_by_that_gate(town, shop):
    shop.gate("test", "src", inputs=["src/**"])
    shop.ask("code", src=GOOD)
    town.settle()
    shop.ask("documents", docs=BAD)
    town.settle()
    assert shop.landed == ["code", "documents"]


def test_a_later_phase_is_not_run_on_what_an_earlier_one_refuses(town, shop):
    shop.gate("lint", "src", phase=1)
    shop.gate("test", "docs", phase=2)
    bad = shop.ask("bad", src=BAD, docs=GOOD)
    town.settle()
    assert town.request(town.now(bad)).status == "rejected"
    assert shop.runs == {"lint": {"fail": 2, "pass": 1}}


def test_a_culprit_is_searched_for_with_the_gate_that_is_red_alone(town, shop):
    shop.gate("lint", "src")
    shop.gate("test", "docs")
    for title in "abcdefgh":
        shop.ask(title, src=GOOD, docs=BAD if title == "f" else GOOD)
    town.settle()
    assert shop.landed == list("abcdegh")
    assert shop.runs["lint"].total() == 3  # all of them, who stood before, and who came after
    assert shop.runs["test"]["fail"] >= 3


def test_who_leaves_programs_running_is_told_once_until_it_is_mended(town, shop):
    def said() -> list[str]:
        return [title for _, title in town.escalations(shop.rig)]

    gate.add(town.town, shop.rig, "test", ["sh", "-c", "sleep 1000 & true"], TESS)
    for title in ("one", "two"):
        shop.ask(title, src=GOOD)
        town.settle()
    assert said() == ["the gate test of shop leaves sleep running"]
    gate.add(town.town, shop.rig, "test", ["true"], TESS)
    shop.ask("three", src=GOOD)
    town.settle()
    (told,) = town.ledger(shop.rig).all(Escalation)
    assert told.status == "closed"
