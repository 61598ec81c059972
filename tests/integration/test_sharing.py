"""What clones of a shared rig know of each other besides the ledger."""

from __future__ import annotations

import pytest

from gitgt.git import rerere
from gitgt.git.repository import Signature
from gitgt.git.rerere import Memory, Resolution
from gitgt.ledger.verdicts import REF, Record, Verdicts, join
from gitgt.model.documents import MergeRequest
from gitgt.model.gate import Verdict
from gitgt.services import sharing
from tests.support.branches import Branches
from tests.support.clones import Place, hub

WHO = Signature("Ada Bee", "ada@example.com", 1_795_357_800)
TREE, GATE = "ab" * 20, "0123456789abcdef"


class Side(Place):
    """One of the clones."""

    def __init__(self, folder, url):
        super().__init__(folder, url)
        self.repository = self.town.ledger_at(self.rig).repository
        self.verdicts = Verdicts(self.repository, clock=lambda: WHO.seconds)
        self.memory = Memory(self.repository)

    def judge(self, run, verdict, tree=TREE):
        record = Record(run=run, gate="test", verdict=verdict, seconds=1.0, at="")
        self.verdicts.put(tree, GATE, record, f"{run}\n".encode())

    def said(self, tree=TREE):
        return [(each["run"], each["verdict"]) for each in self.verdicts.records(tree, GATE)]

    def exchange(self):
        return sharing.exchange(self.town, self.rig, self.rig.remote)

    def at(self, ref):
        return self.repository.ref(ref)


@pytest.fixture
def hubs(tmp_path):
    return hub(tmp_path)


@pytest.fixture
def here(tmp_path, hubs):
    side = Side(tmp_path / "here", str(hubs.path))
    side.sync()
    yield side
    side.builder.close()


@pytest.fixture
def there(tmp_path, hubs, here):
    side = Side(tmp_path / "there", str(hubs.path))
    yield side
    side.builder.close()


def test_what_one_clone_has_tested_the_other_knows(here, there):
    here.judge("one", Verdict.PASS)
    assert here.exchange()
    assert there.exchange()
    assert there.said() == [("one", "pass")]
    assert there.at(REF) == here.at(REF)


def test_runs_of_both_are_kept_each_once_and_whoever_joins_makes_the_same(here, there):
    here.judge("one", Verdict.FAIL)
    here.exchange()
    there.exchange()
    here.judge("two", Verdict.PASS)
    there.judge("three", Verdict.FAIL)
    there.judge("four", Verdict.PASS, tree="cd" * 20)
    mine, theirs = here.at(REF), there.at(REF)
    here.exchange()
    there.exchange()
    here.exchange()
    assert here.at(REF) == there.at(REF) == join(here.repository, mine, theirs)
    assert join(here.repository, theirs, mine) == here.at(REF)
    assert sorted(here.said()) == [("one", "fail"), ("three", "fail"), ("two", "pass")]
    assert here.said("cd" * 20) == [("four", "pass")]
    assert here.verdicts.evidence(TREE, GATE).passes == 1
    here.judge("five", Verdict.PASS)
    assert here.verdicts.records(TREE, GATE)[-1]["number"] == 5


def test_a_conflict_that_one_has_resolved_is_known_to_all_and_what_is_forgotten_stays_so(
    here, there
):
    one, two = (Resolution(id=letter * 40, before=b"both\n", after=b"one\n") for letter in "12")
    here.memory.keep([one], WHO)
    there.memory.keep([two], WHO)
    for each in (here, there, here):
        assert each.exchange()
    assert here.memory.all() == there.memory.all() == [one, two]
    there.memory.forget([one.key], WHO)
    here.memory.keep([Resolution(id="3" * 40, before=b"both\n", after=b"two\n")], WHO)
    for each in (there, here, there):
        assert each.exchange()
    assert here.at(rerere.REF) == there.at(rerere.REF)
    assert [each.id[0] for each in here.memory.all()] == ["2", "3"]
    assert here.memory.keep([one], WHO) == 0


def test_what_is_handed_in_in_one_can_land_from_the_other(here, there):
    shop = Branches(here.builder, here.rig)
    bead = shop.ask("Sell hats", hats="red\n")
    here.sync()
    there.sync()
    (request,) = there.town.ledger_at(there.rig).snapshot().all(MergeRequest)
    assert request.source == bead
    assert there.at(f"refs/gt/pin/{request.id}") == request.head
    assert there.repo.git("show", f"{request.head}:hats.txt") == "red"

    first = request.head
    shop.begin(bead)
    shop.commit("Sell blue hats", hats="blue\n")
    shop.hand_in(bead)
    here.sync()
    there.sync()
    (request,) = there.town.ledger_at(there.rig).snapshot().all(MergeRequest)
    assert there.at(f"refs/gt/pin/{request.id}") == request.head != first
    assert there.at(f"refs/gt/trash/{request.id}/{first[:12]}") == first


def test_a_remote_that_takes_branches_only_stops_nothing(hubs, here):
    hook = hubs.path / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\nwhile read -r old new ref; do\n"
                    'case $ref in refs/heads/*) ;; *) exit 1 ;; esac; done\n')  # fmt: skip
    hook.chmod(0o755)
    here.judge("one", Verdict.PASS)
    assert not here.exchange()
    here.builder.bead(here.rig, "Sell hats")
    assert here.sync().sent == 1
    assert hubs.git("for-each-ref", "refs/gt") == ""
