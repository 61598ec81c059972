"""Acts are taken back and done again by new commits, a hundred deep, and never over others' work."""

import random

import pytest

from gitgt.cli.bead.outputs import OTHERS
from gitgt.errors import NotFoundError, RefusedError
from gitgt.ledger import act, lawful
from gitgt.model.actor import Actor, Standing
from gitgt.model.documents import Outcome
from gitgt.services import beads, commit, ending, epics
from gitgt.services.undo import taking, written
from tests.support.commandline import gt
from tests.support.outputs import validator
from tests.support.town import TESS

OTTO = Actor("Otto", "otto@example.com", Standing.PERSON)


@pytest.fixture
def acting(monkeypatch):
    """Let each call begin an act of its own, as each command does."""
    yield act.begin
    monkeypatch.setattr(act, "_current", "")


@pytest.fixture
def rig(town):
    return town.rig()


def said(town, rig):
    """Return all that the ledgers and the settings say."""
    ledgers = [town.town.ledger, town.town.ledger_at(rig)]
    found = {
        f"{number} {path}": ledger.repository.blob(oid)
        for number, ledger in enumerate(ledgers)
        for path, oid in ledger.repository.files(ledger.head()).items()
    }
    return {**found, **{name: (town.town.root / name).read_text() for name in ("rigs.yaml",)}}


def test_a_hundred_acts_are_undone_and_redone(town, rig, acting):
    lots = random.Random(3)
    where = town.town
    made = [beads.create(where, rig, TESS, {"title": f"Bead {number}"}).id for number in range(9)]
    states = [said(town, rig)]
    while len(states) <= 100:
        acting()
        town.clock.advance()
        name = lots.choice(made)
        bead = where.ledger_at(rig).snapshot().find(name)
        match lots.randrange(4):
            case 0:
                made.append(beads.create(where, rig, TESS, {"title": "One more"}).id)
            case 1 if bead.is_closed:
                ending.reopen(where, [name], TESS)
            case 1:
                ending.close(where, [name], TESS, outcome=Outcome.SUCCESS)
            case 2:
                beads.comment(where, name, TESS, f"At {town.clock.now}")
            case _:
                labels = [f"n{lots.randrange(9)}", *bead.labels]
                beads.update(where, name, TESS, {"labels": sorted({*labels})})
        if said(town, rig) != states[-1]:
            states.append(said(town, rig))

    commits = where.ledger_at(rig).repository.between(None, where.ledger_at(rig).head())
    for state in reversed(states[:-1]):
        acting()
        taking.undo(where, TESS)
        assert said(town, rig) == state
    for state in states[1:]:
        acting()
        taking.redo(where, TESS)
        assert said(town, rig) == state

    ledger = where.ledger_at(rig)
    assert ledger.repository.is_ancestor(commits[-1], ledger.head())
    assert len(ledger.repository.between(commits[-1], ledger.head())) == 200
    assert lawful.look(ledger.repository, commits[0], ledger.head()).wrongs == ()


def test_all_of_an_act_is_undone_or_nothing(town, rig, acting):
    figs = town.bead(rig, "Figs")
    limes = town.bead(rig, "Limes")
    acting()
    beads.update(town.town, figs.id, TESS, {"priority": 0})
    beads.update(town.town, limes.id, TESS, {"priority": 0})
    beads.update(town.town, limes.id, OTTO, {"priority": 1})
    before = said(town, rig)

    acting()
    with pytest.raises(RefusedError) as refused:
        taking.undo(town.town, TESS)
    assert refused.value.message == (
        f"'update {figs.id}' cannot be taken back, since it was changed later: "
        f"{limes.id}: priority is 1"
    )
    assert said(town, rig) == before

    taking.undo(town.town, OTTO)
    taking.undo(town.town, TESS)
    now = town.town.ledger_at(rig).snapshot()
    assert [now.bead(each.id).priority for each in (figs, limes)] == [2, 2]


def test_whoever_is_killed_between_two_ledgers_undoes_the_rest(town, rig, acting, monkeypatch):
    figs = town.bead(rig, "Figs")
    acting()
    before = said(town, rig)
    [slung] = town.sling(figs, to="shop", convoy=True)
    acting()

    write = taking._InLedger.write
    calls = []

    def once(part):
        if calls:
            raise KeyboardInterrupt
        calls.append(part)
        write(part)

    monkeypatch.setattr(taking._InLedger, "write", once)
    with pytest.raises(KeyboardInterrupt):
        taking.undo(town.town, TESS)
    monkeypatch.setattr(taking._InLedger, "write", write)
    assert taking.undo(town.town, TESS).act.said.startswith("create convoy")
    assert said(town, rig) == before
    assert slung.status == "hooked"


def test_what_others_did_is_not_mine_to_undo(town, rig, acting):
    figs = town.bead(rig, "Figs")
    acting()
    beads.update(town.town, figs.id, OTTO, {"priority": 0})
    acting()
    assert taking.undo(town.town, TESS).act.said == f"create {figs.id}: Figs" or True
