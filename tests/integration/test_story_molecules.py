"""Molecules: poured at once, done step by step by whoever is first, ended."""

from __future__ import annotations

import os
import subprocess

import pytest

from gitgt.errors import BusyError, NotAllowedError, NotFoundError, RefusedError
from gitgt.ledger import codec
from gitgt.ledger.layout import path_of
from gitgt.model.actor import Actor
from gitgt.model.documents import Outcome
from gitgt.model.ids import BeadId
from gitgt.reactor.key import Key
from gitgt.roles.deacon import DeaconRole
from gitgt.services import beads, ending
from gitgt.services.formula import bond, ends, gates, molecules, steps
from gitgt.services.formula.library import Formulas
from gitgt.services.formula.run import run
from tests.support.formulas import OF_ANOTHER_TOWN, PIZZA, write
from tests.support.town import TESS, TownBuilder

NUX, TOAST = Actor.agent("shop/polecats/nux"), Actor.agent("shop/polecats/toast")
GATED = """
formula = "gated"
[[steps]]
id = "make"
[[steps]]
id = "show"
needs = ["make"]
[steps.gate]
type = "{kind}"
timeout = "2h"
[[steps]]
id = "end"
needs = ["show"]
"""


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """One town for all: a molecule is a world of its own."""
    builder = TownBuilder(tmp_path_factory.mktemp("town")).watched()
    write(builder.town, PIZZA)
    yield builder
    builder.close()


@pytest.fixture(scope="module")
def shop(town):
    return town.rig()


def poured(town, shop, name="pizza", assignee="", **values):
    values = values or ({"topping": "kale"} if name == "pizza" else {})
    cooked = Formulas(town.town, shop).cook(name, values)
    return molecules.pour(town.town, shop, cooked, TESS, assignee=assignee)


def done(town, root, number, who=TESS, **ending):
    town.clock.advance()
    return steps.done(town.town, BeadId(f"{root.id}.{number}"), who, steps.Ending(**ending))


def states(town, root):
    seen = molecules.view(town.town, root.id).survey
    known = seen.states()
    return [(each.id.removeprefix(root.id), str(known[each.id])) for each in seen.members]


def slip_in(town, shop, path, fields):
    """Put a document into the ledger by plumbing, past every check."""
    git, scratch = town.repo(shop).git, {"GIT_INDEX_FILE": "scratch"}
    blob = town.town.ledger_at(shop).repository.write_blob(codec.emit(fields))
    git("read-tree", "beads", env=scratch)
    git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}", env=scratch)
    made = git("commit-tree", git("write-tree", env=scratch), "-p", "beads", "-m", "Plumbing")
    git("update-ref", "refs/heads/beads", made)


def test_all_is_poured_in_one_commit(town, shop):
    before = town.repo(shop).git("rev-parse", "beads")
    root = poured(town, shop)
    assert town.story(shop, since=before) == [f"Tess Ter: pour pizza as {root.id}: 3 steps"]
    assert (root.title, root.formula, root.ext) == (
        "pizza",
        "pizza",
        {"vars": {"topping": "kale"}},
    )
    bake = town.now(f"{root.id}.3")
    assert (bake.title, bake.step, bake.parent) == ("Bake it with kale", "bake", root.id)
    assert bake.blockers == (f"{root.id}.1", f"{root.id}.2")


def test_a_required_variable_must_have_a_value(town, shop):
    cooked = Formulas(town.town, shop).cook("pizza", {})
    with pytest.raises(RefusedError) as caught:
        molecules.pour(town.town, shop, cooked, TESS)
    assert (caught.value.message, caught.value.hint) == (
        "pizza needs topping",
        "--var topping=...",
    )


def test_steps_become_ready_and_the_last_one_ends_the_whole(town, shop):
    root = poured(town, shop)
    assert states(town, root) == [(".1", "ready"), (".2", "ready"), (".3", "waiting")]
    with pytest.raises(RefusedError, match=r"waits for .*\.1, .*\.2"):
        done(town, root, 3)
    done(town, root, 1, NUX)
    done(town, root, 2, TOAST)
    assert states(town, root)[2] == (".3", "ready")
    before = town.repo(shop).git("rev-parse", "beads")
    last = done(town, root, 3, NUX)
    assert last.ended == (root.id,)
    assert town.now(root.id).status == "closed"
    assert town.story(shop, since=before) == [
        f"shop/polecats/nux: step bake of {root.id} is done: Bake it with kale"
    ]


def test_a_step_is_done_once_and_the_second_is_told_who_was_first(town, shop):
    root = poured(town, shop)
    first = done(town, root, 1, NUX)
    before = town.repo(shop).git("rev-parse", "beads")
    again = done(town, root, 1, NUX)
    assert (first.fresh, again.fresh, again.step) == (True, False, first.step)
    with pytest.raises(RefusedError, match=r"was done by shop/polecats/nux at 20"):
        done(town, root, 1, TOAST)
    assert town.repo(shop).git("rev-parse", "beads") == before


def test_of_two_processes_at_once_one_does_it_and_the_other_is_told(town, shop):
    root = poured(town, shop)
    argv = ["git-gt", "mol", "step", "done", f"{root.id}.1"]
    both = [
        subprocess.Popen(
            argv,
            cwd=town.town.root,
            env={**os.environ, "GT_AGENT": who.address},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for who in (NUX, TOAST)
    ]
    ends = [(*each.communicate(timeout=60), each.returncode) for each in both]
    assert sorted(code for _, _, code in ends) == [0, 1]
    first = town.now(f"{root.id}.1").closed_by
    assert [said.split(" at ")[0] for _, said, code in ends if code] == [
        f"gt: {root.id}.1 was done by {first}"
    ]


def test_what_is_on_anothers_hook_is_theirs_and_an_agent_ends_its_own_step(town, shop):
    root = poured(town, shop)
    name = BeadId(f"{root.id}.1")
    wanted = beads.Update({}, claimed_by="shop/polecats/nux")
    beads.update(town.town, name, TESS, wanted)
    with pytest.raises(BusyError, match="is on the hook of shop/polecats/nux"):
        done(town, root, 1, TOAST)
    assert done(town, root, 1, NUX).fresh
    assert town.now(name).outcome == "success"


def test_what_is_mine_is_what_is_assigned_to_me_or_made_by_me_and_nobodys(town, shop):
    root, other = poured(town, shop, assignee=NUX.address), poured(town, shop)
    mine = [each.root.id for each in molecules.mine(town.town, [shop], NUX.address)]
    tess = [each.root.id for each in molecules.mine(town.town, [shop], TESS.address)]
    assert mine == [root.id]
    assert other.id in tess
    assert root.id not in tess
    [seen] = molecules.mine(town.town, [shop], NUX.address)
    assert [each.id for each in seen.ready(NUX.address)] == [f"{root.id}.1", f"{root.id}.2"]


def test_a_person_opens_a_formula_gate_and_an_agent_does_not(town, shop):
    write(town.town, GATED.format(kind="human"))
    root = poured(town, shop, "gated")
    gate = BeadId(f"{root.id}.g2")
    with pytest.raises(RefusedError, match=r"waits for .*\.1"):
        gates.approve(town.town, gate, TESS)
    done(town, root, 1, NUX)
    assert (".g2", "parked") in states(town, root)
    with pytest.raises(RefusedError, match=r"waits for .*\.g2"):
        done(town, root, 2, NUX)
    for attempt in (
        lambda: gates.approve(town.town, gate, NUX),
        lambda: beads.close(town.town, gate, NUX, outcome=Outcome.SUCCESS, reason="me"),
    ):
        with pytest.raises(NotAllowedError):
            attempt()
    assert gates.approve(town.town, gate, TESS, reason="tasty")[1]
    assert not gates.approve(town.town, gate, TESS)[1]
    assert done(town, root, 2, NUX).fresh


def test_a_timer_runs_from_the_end_of_what_is_before_it(town, shop):
    write(town.town, GATED.format(kind="timer"))
    root = poured(town, shop, "gated")
    town.clock.advance(10_000)
    assert gates.sweep(town.town, [shop], root=root.id) == ([], None)
    done(town, root, 1, NUX)
    _, due = gates.sweep(town.town, [shop], root=root.id)
    assert due == town.clock() + 7200
    with pytest.raises(RefusedError, match=r"waits for .*\.g2"):
        done(town, root, 2, NUX)
    town.clock.advance(7200)
    assert done(town, root, 2, NUX).fresh
    assert town.now(f"{root.id}.g2").closed_by == "deacon"


def test_the_deacon_opens_timers_and_is_back_when_the_next_is_due(town, shop):
    write(town.town, GATED.format(kind="timer"))
    root = poured(town, shop, "gated")
    done(town, root, 1)
    role, key = DeaconRole(town.town), Key("deacon", shop.name)
    assert role.reconcile(key).again_in == 7200
    town.clock.advance(7200)
    assert role.reconcile(key).again_in is None
    assert (".2", "ready") in states(town, root)


def test_a_molecule_whose_steps_were_closed_by_other_ways_is_ended_by_the_deacon(town, shop):
    root = poured(town, shop)
    role, key = DeaconRole(town.town), Key("deacon", shop.name)
    for number in (1, 2, 3):
        role.reconcile(key)
        assert town.now(root.id).status == "open"
        name = BeadId(f"{root.id}.{number}")
        beads.close(town.town, name, TESS, outcome=Outcome.SUCCESS, reason="by hand")
    role.reconcile(key)
    assert (town.now(root.id).status, town.now(root.id).closed_by) == ("closed", "deacon")


def test_what_is_not_connected_waits_for_a_person_and_says_so(town, shop):
    write(town.town, GATED.format(kind="gh:run"))
    root = poured(town, shop, "gated")
    done(town, root, 1)
    town.clock.advance(10_000_000)
    gates.sweep(town.town, [shop])
    [gate] = gates.every(town.town, [shop], root=root.id)
    assert (gate.is_parked, gate.told()) == (True, "not connected; waits for a person")
    assert gates.approve(town.town, gate.bead.id, TESS)[1]


def closed(town, who, names, *, force=False):
    return ending.close(town.town, names, who, outcome=Outcome.SUCCESS, force=force)


def test_no_way_of_closing_a_step_leads_past_a_formula_gate(town, shop):
    write(town.town, GATED.format(kind="human"))
    root = poured(town, shop, "gated")
    one, two, three, gate = (BeadId(f"{root.id}.{each}") for each in (1, 2, 3, "g2"))
    before = town.repo(shop).git("rev-parse", "beads")
    wanted = beads.Update({}, status="closed")
    for attempt in (
        lambda: closed(town, NUX, [one, two, three]),
        lambda: closed(town, NUX, [one, two, three], force=True),
        lambda: closed(town, TESS, [one, two, three]),
        lambda: beads.update_all(town.town, [one, two, three], NUX, wanted),
    ):
        with pytest.raises(RefusedError, match=f"^{two} waits for {gate}$"):
            attempt()
    with pytest.raises(NotAllowedError, match="its molecule says"):
        beads.undepend(town.town, two, gate, NUX)
    with pytest.raises(RefusedError, match=f"^{root.id} is not done: {one}, "):
        closed(town, NUX, [root.id], force=True)
    assert town.repo(shop).git("rev-parse", "beads") == before
    with pytest.raises(RefusedError, match=f"^{gate} waits for {one}$"):
        closed(town, TESS, [gate])
    closed(town, NUX, [one])
    assert [row.id for row in closed(town, TESS, [gate, two]).unblocked] == [three]
    again = poured(town, shop, "gated")
    assert closed(town, TESS, [BeadId(f"{again.id}.3")], force=True).unblocked == ()
    assert closed(town, TESS, [again.id], force=True).beads[0].is_closed


def test_a_formula_gate_of_no_molecule_waits_for_nothing_but_a_person(town, shop):
    root = poured(town, shop)
    gate = town.bead(shop, "By hand", type="formula-gate", ext={"gate": "none"})
    [seen] = [each for each in gates.every(town.town, [shop]) if each.bead == gate]
    assert (seen.is_parked, seen.told()) == (True, "waits for a person")
    DeaconRole(town.town).reconcile(Key("deacon", shop.name))
    beads.depend(town.town, gate.id, root.id, TESS, kind="blocks")
    with pytest.raises(RefusedError, match=f"{gate.id} waits for {root.id}"):
        gates.approve(town.town, gate.id, TESS)
    beads.undepend(town.town, gate.id, root.id, TESS)
    assert gates.approve(town.town, gate.id, TESS)[1]


def test_a_timer_by_hand_runs_from_the_end_of_what_it_waits_for_in_any_ledger(town, shop):
    before = beads.create(town.town, None, TESS, {"title": "Of the town"})
    timer = {"gate": {"type": "timer", "timeout": "2h"}}
    gate = town.bead(
        shop, "By hand", type="formula-gate", ext=timer,
        dependencies=beads.blocks(town.town, [before.id]),
    )  # fmt: skip
    town.clock.advance(10_000)
    beads.close(town.town, before.id, TESS, outcome=Outcome.SUCCESS, reason="done")
    assert gates.sweep(town.town, [shop]) == ([], town.clock() + 7200)
    town.clock.advance(7200)
    assert [each.id for each in gates.sweep(town.town, [shop])[0]] == [gate.id]


def test_a_timer_that_cannot_be_opened_keeps_no_other_closed(town, shop):
    timer = {"gate": {"type": "timer", "timeout": "2h"}}
    bad, good = (
        town.bead(shop, title, type="formula-gate", ext=timer) for title in ("Bad", "Good")
    )
    said = {"id": "c1", "at": bad.created_at, "by": "ada", "text": "twice"}
    slip_in(town, shop, path_of(bad.id), {**bad.fields(), "comments": [said, said]})
    town.clock.advance(7200)
    assert [each.id for each in gates.sweep(town.town, [shop])[0]] == [good.id]


def test_a_part_ends_with_its_last_child(town, shop):
    nested = (
        'formula = "nested"\n[[steps]]\nid = "all"\n[[steps.children]]\nid = "one"\n'
        '[[steps.children]]\nid = "two"\n[[steps]]\nid = "then"\nneeds = ["all"]\n'
    )
    write(town.town, nested)
    root = poured(town, shop, "nested")
    assert states(town, root) == [
        (".1", "ready"), (".1.1", "ready"), (".1.2", "ready"), (".2", "waiting"),
    ]  # fmt: skip
    assert done(town, root, "1.1").ended == ()
    assert done(town, root, "1.2").ended == (f"{root.id}.1",)
    assert states(town, root)[3] == (".2", "ready")


def test_the_end_of_a_step_pours_one_molecule_for_each_item(town, shop):
    survey = """
formula = "survey"
[[steps]]
id = "look"
[steps.on_complete]
for_each = "output.guests"
bond = "pizza"
vars = { topping = "{item.likes}" }
[[steps]]
id = "serve"
needs = ["look"]
waits_for = "all-children"
"""
    write(town.town, survey)
    root = poured(town, shop, "survey")
    with pytest.raises(RefusedError, match="has no list at output"):
        done(town, root, 1, output={})
    ended = done(town, root, 1, output={"guests": [{"likes": "kale"}, {"likes": "corn"}]})
    arms = [f"{root.id}.1.1", f"{root.id}.1.2"]
    assert ended.poured == tuple(arms)
    assert town.now(f"{arms[1]}.3").title == "Bake it with corn"
    with pytest.raises(RefusedError, match=f"^{root.id}.2 waits for {arms[0]}, {arms[1]}$"):
        done(town, root, 2)
    for arm in ("1.1", "1.2"):
        for number in (1, 2):
            done(town, root, f"{arm}.{number}")
        assert done(town, root, f"{arm}.3").ended == (f"{root.id}.{arm}",)
    assert done(town, root, 2).ended == (root.id,)


@pytest.mark.parametrize(("kind", "ready"), [("sequential", 0), ("parallel", 2)])
def test_two_formulas_are_bonded_in_one_commit(town, shop, kind, ready):
    before = town.repo(shop).git("rev-parse", "beads")
    wanted = bond.Wanted("pizza", "pizza", bond.BondType(kind), values={"topping": "kale"})
    made = bond.bond(town.town, shop, wanted, TESS)
    assert len(town.story(shop, since=before)) == 1
    seen = molecules.view(town.town, made.other)
    assert len(seen.ready()) == ready


def test_what_is_bonded_if_the_other_fails_goes_only_then(town, shop):
    wanted = bond.Wanted("pizza", "pizza", bond.BondType.CONDITIONAL, values={"topping": "x"})
    made = bond.bond(town.town, shop, wanted, TESS)
    assert molecules.view(town.town, made.other).ready() == []
    beads.close(town.town, made.one, TESS, outcome=Outcome.FAILURE, reason="burnt")
    assert len(molecules.view(town.town, made.other).ready()) == 2


def test_a_formula_is_bonded_into_a_molecule_after_a_step(town, shop):
    root = poured(town, shop)
    extra = 'formula = "cheese"\n[[steps]]\nid = "grate"\n'
    write(town.town, extra)
    made = bond.bond(town.town, shop, bond.Wanted(root.id, "cheese", at="sauce", ref="x"), TESS)
    assert town.now(made.other).labels == ("ref:x",)
    done(town, root, 1)
    done(town, root, 2)
    arm = made.other.removeprefix(f"{root.id}.")
    with pytest.raises(RefusedError, match=f"waits for {made.other}"):
        done(town, root, 3)
    assert done(town, root, f"{arm}.1").ended == (made.other,)
    assert done(town, root, 3).ended == (root.id,)


def test_a_squash_keeps_a_digest_on_the_root(town, shop):
    root = poured(town, shop)
    done(town, root, 1)
    kept = ends.squash(town.town, root.id, TESS, summary="We ordered one.")
    assert (kept.status, kept.outcome, kept.reason) == (
        "closed",
        "cancelled",
        "We ordered one.",
    )
    assert kept.notes == (
        "We ordered one.\n\npizza: 1 of 3 steps done\n- [x] Make the dough\n"
        "- [ ] Make the sauce\n- [ ] Bake it with kale"
    )


def test_who_is_at_a_step_is_not_burned(town, shop):
    root = poured(town, shop)
    beads.update(town.town, BeadId(f"{root.id}.1"), TESS, beads.Update({}, claimed_by="ada"))
    with pytest.raises(RefusedError, match="steps are on a hook"):
        ends.burn(town.town, root.id, TESS)
    beads.release(town.town, BeadId(f"{root.id}.1"), TESS, reason="")
    assert ends.burn(town.town, root.id, TESS) == 4
    assert town.now(f"{root.id}.3").outcome == "cancelled"


def test_a_convoy_formula_makes_a_bead_for_each_leg_and_a_convoy(town, shop):
    write(town.town, OF_ANOTHER_TOWN)
    cooked = Formulas(town.town, shop).cook("two-sides", {"subject": "a coin"})
    made = run(town.town, shop, cooked, TESS)
    front, back, last = made.legs
    assert front.title == "two-sides: The front"
    assert "The front of a coin: what is seen" in front.description
    assert last.blockers == tuple(sorted((front.id, back.id)))
    assert sorted(made.convoy.members) == sorted(each.id for each in made.legs)


def test_a_leg_that_is_not_there_is_refused_before_anything_is_made(town, shop):
    write(town.town, OF_ANOTHER_TOWN)
    cooked = Formulas(town.town, shop).cook("two-sides", {"subject": "a coin"})
    before = town.repo(shop).git("rev-parse", "beads")
    with pytest.raises(NotFoundError) as caught:
        run(town.town, shop, cooked, TESS, legs=["front", "edge"])
    assert (caught.value.message, caught.value.hint) == (
        "two-sides has no leg 'edge'",
        "legs: front, back",
    )
    assert town.repo(shop).git("rev-parse", "beads") == before


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ('[steps.gate]\ntype = "banana"', "steps[0].gate.type: 'banana' is no formula gate"),
        ('[steps.gate]\ntype = "timer"', "steps[0].gate.timeout: a timer needs a time"),
        ('type = "banana"', "steps[0].type: 'banana' is no type of work"),
        ('waits_for = "godot"', "steps[0].waits_for: 'godot' says nothing"),
    ],
)
def test_what_the_linter_calls_an_error_is_not_poured(town, shop, wrong, what):
    write(town.town, f'formula = "odd"\n[[steps]]\nid = "a"\n{wrong}\n')
    with pytest.raises(RefusedError) as caught:
        poured(town, shop, "odd")
    assert caught.value.message == f"odd: {what}"


def test_a_rigs_formula_hides_the_towns_and_its_overlay_the_towns_overlay(town, shop):
    own = shop.path / "settings/formulas/pizza.formula.toml"
    own.parent.mkdir()
    own.write_text(PIZZA.replace("A pizza.", "Our pizza."))
    for folder, text in ((town.town.root, "Buy."), (shop.path / "settings", "Steal.")):
        overlay = folder / "formula-overlays/pizza.toml"
        overlay.parent.mkdir()
        overlay.write_text(f'[[step-overrides]]\nstep_id = "dough"\ndescription = "{text}"\n')
    ours, theirs = (Formulas(town.town, rig).cook("pizza", {}) for rig in (shop, None))
    assert (ours.description, ours.steps[0].description) == ("Our pizza.", "Steal.")
    assert (theirs.description, theirs.steps[0].description) == ("A pizza.", "Buy.")
