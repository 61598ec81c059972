"""Acts are taken back and done again by new commits, and never over others' work."""

import json
import random

import pytest

from gitgt.cli.bead.outputs import OTHERS
from gitgt.errors import NotFoundError, RefusedError
from gitgt.ledger import act, lawful
from gitgt.model.actor import Actor, Standing
from gitgt.model.documents import Outcome
from gitgt.services import beads, ending
from gitgt.services.beads import Update
from gitgt.services.freeze import stopping
from gitgt.services.rig_state import moves
from gitgt.services.undo import taking
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


def something(town, rig, lots, made):
    """Let Tess do one of several things, somewhere."""
    where, name = town.town, lots.choice(made)
    match lots.randrange(4):
        case 0:
            made.append(beads.create(where, rig, TESS, {"title": "One more"}).id)
        case 1 if where.ledger_at(rig).snapshot().bead(name).is_closed:
            ending.reopen(where, [name], TESS, reason="again")
        case 1:
            ending.close(where, [name], TESS, outcome=Outcome.SUCCESS)
        case 2:
            beads.comment(where, name, TESS, f"At {town.clock.now}")
        case _:
            beads.update(where, name, TESS, Update({}, added=(f"n{lots.randrange(9)}",)))


def test_a_hundred_acts_are_undone_and_redone(town, rig, acting):
    lots = random.Random(3)
    made = [town.bead(rig, f"Bead {number}").id for number in range(9)]
    ledger = town.town.ledger_at(rig)
    first, states = ledger.head(), [said(town, rig)]
    while len(states) <= 100:
        acting()
        town.clock.advance()
        something(town, rig, lots, made)
        if said(town, rig) != states[-1]:
            states.append(said(town, rig))
    done = ledger.head()

    for step, passed in ((taking.undo, states[-2::-1]), (taking.redo, states[1:])):
        for state in passed:
            acting()
            town.clock.advance()
            step(town.town, TESS)
            assert said(town, rig) == state

    assert len(ledger.repository.between(done, ledger.head())) == 200
    assert ledger.repository.is_ancestor(done, ledger.head())
    assert lawful.look(ledger.repository, first, ledger.head()).wrongs == ()


def test_all_of_an_act_is_undone_or_nothing(town, rig, acting):
    figs = town.bead(rig, "Figs")
    limes = town.bead(rig, "Limes")
    acting()
    beads.update(town.town, figs.id, TESS, Update({"priority": 0}))
    beads.update(town.town, limes.id, TESS, Update({"priority": 0}))
    beads.update(town.town, limes.id, OTTO, Update({"priority": 1}))
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


def test_what_somebody_else_has_taken_back_is_not_said_to_be_undone(town, rig, acting):
    figs = town.bead(rig, "Figs")
    acting()
    beads.update(town.town, figs.id, TESS, Update({"priority": 0}))
    acting()
    beads.update(town.town, figs.id, OTTO, Update({"priority": 2}))
    head = town.town.ledger_at(rig).head()
    with pytest.raises(RefusedError, match=r"nothing of 'update .*' is left to be taken back"):
        taking.undo(town.town, TESS)
    assert town.town.ledger_at(rig).head() == head


def test_two_undo_at_once_and_one_of_them_is_told_so(town, rig, acting, monkeypatch):
    town.bead(rig, "Figs")
    acting()
    limes = town.bead(rig, "Limes")
    seen = taking.written.of(town.town, TESS)
    taking.undo(town.town, TESS)
    monkeypatch.setattr(taking.written, "of", lambda *_: seen)
    with pytest.raises(RefusedError, match="somebody did so meanwhile"):
        taking.undo(town.town, TESS)
    assert town.town.ledger_at(rig).snapshot().find(limes.id) is None


def test_what_is_no_document_has_an_opposite_of_its_own(town, rig, acting):
    figs = town.bead(rig, "Figs")
    acting()
    beads.update(town.town, figs.id, TESS, Update({"priority": 0}))
    town.clock.advance()
    stopping.stop(town.town, None, TESS, why="smoke")
    with pytest.raises(RefusedError, match="what you did last is no document: the town is fro"):
        taking.undo(town.town, TESS)
    stopping.thaw(town.town, None, TESS)
    moves.park(town.town, rig, TESS, why="summer")
    with pytest.raises(RefusedError) as refused:
        taking.undo(town.town, TESS)
    assert refused.value.hint.startswith("git gt rig unpark shop; or take back what was before")
    named = refused.value.hint.rpartition(" ")[2]
    assert taking.undo(town.town, TESS, name=named).act.said == f"update {figs.id}"


def test_who_has_done_nothing_undoes_nothing(town, rig):
    town.bead(rig, "Figs")
    with pytest.raises(NotFoundError, match="there is nothing of yours to undo"):
        taking.undo(town.town, OTTO)
    with pytest.raises(NotFoundError, match="there is nothing to redo"):
        taking.redo(town.town, TESS)


def test_handed_in_work_is_taken_back_elsewhere(town, rig, acting):
    figs = town.bead(rig, "Figs", "echo fig >>prices.txt", "closes 'Sell figs'")
    town.sling(figs)
    town.settle()
    polecat = Actor.agent(town.town.ledger_at(rig).snapshot().bead(figs.id).assignee)
    with pytest.raises(RefusedError, match="is a merge request: its commits are pinned"):
        taking.undo(town.town, polecat)


def test_commands_are_undone(town, rig):
    root = town.town.root
    figs = town.bead(rig, "Figs").id
    gt("bead", "update", figs, "--priority", "0", cwd=root)
    gt("gate", "add", "shop", "lint", "true", cwd=root)

    listed = json.loads(gt("undo", "--list", "--json", cwd=root).stdout)
    validator(OTHERS["undo --list"]).validate(listed)
    assert [(each["can"], each["said"], each["places"]) for each in listed[:2]] == [
        ("undo", "gate lint for shop", ["settings"]),
        ("undo", f"update {figs}", ["shop"]),
    ]
    assert gt("undo", "-c", "2", cwd=root) == (
        0,
        f"undone: gate lint for shop\nundone: update {figs}\n",
        "",
    )
    assert "lint" not in gt("gate", "list", "shop", cwd=root).stdout
    assert town.town.ledger_at(rig).snapshot().bead(figs).priority == 2
    redone = json.loads(gt("redo", "--json", cwd=root).stdout)
    validator(OTHERS["redo"]).validate(redone)
    assert [(each["said"], each["how"]) for each in redone] == [(f"update {figs}", "redone")]
    assert town.town.ledger_at(rig).snapshot().bead(figs).priority == 0
