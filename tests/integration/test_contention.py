"""Many processes that want the same thing at once: each thing has one winner, none is lost."""

from __future__ import annotations

import os
from collections import Counter

import pytest

from gitgt.errors import RefusedError
from gitgt.git.repository import Repository
from gitgt.ledger import genesis
from gitgt.ledger.transact import Change, Ledger
from gitgt.model.actor import Actor, Standing
from gitgt.model.documents import Bead
from gitgt.services import beads, sling
from gitgt.services.agents import hook
from gitgt.services.town import Town
from tests.support.crowd import crowd

# The numbers that are promised; less of everything in a hurry.
FULL = bool(os.environ.get("CI") or os.environ.get("CONTENTION"))
BEADS = 200 if FULL else 24
PROCESSES = 8
WRITERS = 30 if FULL else 12


def worker(number):
    return Actor(f"worker {number}", "w@example.com", Standing.PERSON)


@pytest.fixture
def shop(town):
    return town.rig(gate=None)


@pytest.fixture
def names(town, shop):
    """So many beads, made in one commit."""
    made = [
        Bead(
            id=town.town.new_id("sh"), type="task", title=f"Work {number}", status="open",
            created_at=town.town.now(), created_by="Tess Ter",
        )
        for number in range(BEADS)
    ]  # fmt: skip
    town.town.ledger_at(shop).transact(lambda _: Change("many beads", tuple(made)), worker(0))
    return [each.id for each in made]


def winners(answers):
    """Return how often each bead was won."""
    return Counter(name for won in answers for name in won)


@pytest.mark.timeout(600)
def test_a_bead_is_slung_by_one_process(town, shop, names):
    root = town.town.root

    def sling_all(number):
        done = sling.sling(Town(root), names, sling.Order(convoy=False), worker(number))
        return [each.bead.id for each in done if each.fresh]

    answers = crowd(PROCESSES, sling_all)

    assert winners(answers) == dict.fromkeys(names, 1)
    held = hook.held(town.ledger(shop))
    assert sorted(bead for _, bead in held) == sorted(names)
    assert len({address for address, _ in held}) == len(names)
    slung = [line for line in town.story(shop) if ": sling " in line]
    assert len(slung) == len(names)


@pytest.mark.timeout(600)
def test_a_bead_is_claimed_by_one_process(town, shop, names):
    root = town.town.root

    def claim_all(number):
        won = []
        for name in names:
            wanted = beads.Update({}, claimed_by=worker(number).address)
            try:
                beads.update(Town(root), name, worker(number), wanted)
            except RefusedError:
                continue
            won.append(name)
        return won

    answers = crowd(PROCESSES, claim_all)

    assert winners(answers) == dict.fromkeys(names, 1)
    for number, won in enumerate(answers):
        assert all(town.now(name).assignee == worker(number).address for name in won)


@pytest.mark.timeout(600)
def test_no_increment_is_lost(town, shop, names):
    """As in: read, add one, write; each on the head that the one before has left."""
    common, name, each_adds = shop.repository_path, names[0], 5

    def count(number):
        ledger = Ledger(Repository(common))

        def more(now):
            old = now.bead(name)
            total = int(old.notes or 0) + 1
            return Change(f"count to {total}", (old.replace(notes=str(total)),))

        for _ in range(each_adds):
            ledger.transact(more, worker(number))
        return True

    assert all(crowd(WRITERS, count))
    assert town.now(name).notes == str(WRITERS * each_adds)


def test_a_ledger_begins_once(tmp_path):
    """libgit2 loses a root in most races for an unborn branch."""
    import pygit2

    pygit2.init_repository(str(tmp_path / "bare.git"), bare=True)

    def begin(_):
        repository = Repository(tmp_path / "bare.git")
        try:
            return genesis.begin(repository, "refs/heads/beads", prefix="sh", project="1" * 40)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told
            return type(error).__name__

    answers = crowd(6, begin)
    heads = {answer for answer in answers if len(answer) == 40}
    assert heads == {Repository(tmp_path / "bare.git").ref("refs/heads/beads")}
    assert {answer for answer in answers if len(answer) != 40} <= {"LedgerConflictError"}
