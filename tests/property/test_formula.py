"""Whatever waits for whatever: the order is kept, and every molecule comes to its end."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gitgt.model.documents import Bead
from gitgt.model.formula.cook import cook
from gitgt.model.formula.form import Formula, FormulaType, Step, walk
from gitgt.model.formula.order import waves
from gitgt.model.formula.rewire import without
from gitgt.model.ids import BeadId
from gitgt.model.molecule import DONE, Member, Pouring, State, Survey, finished, poured

ROOT = BeadId("gt-abc12")


@st.composite
def workflows(draw):
    """Steps that need earlier ones, some of them with children."""
    count = draw(st.integers(1, 12))
    steps = []
    for number in range(count):
        earlier = st.lists(st.integers(0, number - 1), unique=True) if number else st.just([])
        children = tuple(Step(f"s{number}c{each}") for each in range(draw(st.integers(0, 2))))
        needs = tuple(f"s{each}" for each in draw(earlier))
        steps.append(Step(f"s{number}", needs=needs, children=children))
    return tuple(steps)


def reach(steps):
    """Return all that each step waits for, however far away."""
    needs = {step.id: set(step.needs) for step in steps}
    for step in steps:  # they need earlier ones alone
        for need in list(needs[step.id]):
            needs[step.id] |= needs[need]
    return needs


@given(workflows(), st.data())
def test_what_is_left_out_leaves_the_order_of_the_others(steps, data):
    gone = set(data.draw(st.lists(st.sampled_from([step.id for step in steps]))))
    before = reach(steps)
    after = reach(without(steps, gone))
    assert after == {name: needs - gone for name, needs in before.items() if name not in gone}


@given(workflows())
def test_waves_hold_every_step_after_what_it_needs(steps):
    found = waves(steps)
    place = {name: number for number, wave in enumerate(found) for name in wave}
    assert sorted(place) == sorted(step.id for step in walk(steps))
    assert all(place[need] < place[step.id] for step in steps for need in step.needs)


def seen(beads, closed):
    """Survey beads as the ledger's index would."""
    members = tuple(
        Member(
            each.id,
            each.type,
            "closed" if each.id in closed else "open",
            "",
            each.title,
            tuple(on for on in each.blockers if on not in closed),
        )
        for each in beads
    )
    return Survey(ROOT, members)


@given(workflows(), st.randoms(use_true_random=False))
def test_a_molecule_comes_to_its_end_in_any_order_and_each_step_counts_once(steps, lots):
    formula = Formula(name="x", type=FormulaType.WORKFLOW, steps=steps)
    root, *beads = poured(cook(formula, lambda _: formula), Pouring(ROOT, "now", "ada"))
    assert isinstance(root, Bead)
    closed, ended = set(), []
    while ROOT not in ended:
        survey = seen(beads, closed)
        states = survey.states()
        ready = [each for each in survey.steps if states[each.id] is State.READY]
        assert ready, "nothing can be done, and it is not at its end"
        chosen = lots.choice(ready).id
        still_open = {each.id for each in survey.members if each.status not in DONE}
        more = finished(chosen, ROOT, still_open)
        assert not {chosen, *more} & closed
        closed |= {chosen, *more}
        ended += [chosen, *more]
    assert sorted(ended) == sorted([ROOT, *(each.id for each in beads)])
    assert ended[-1] == ROOT
