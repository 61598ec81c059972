"""The linter says where, what, and the way out; it has nothing to say of what we ship."""

import re

import pytest

from gitgt.model.formula.form import walk
from gitgt.model.formula.lint import lint
from gitgt.services.formula.library import Formulas
from tests.support.formulas import PIZZA, Kitchen

BUILT_IN = [place.name for place in Formulas(None).every() if place.tier == "built-in"]
STEP = '[[steps]]\nid = "a"\ntitle = "A"\n'
HEAD = 'formula = "x"\ndescription = "d"\n'


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_built_in_formula_gives_nothing_to_say(name):
    known = Formulas(None)
    assert [*known.load(name).findings, *lint(known.get(name), known.get)] == []


def test_the_useful_ones_are_there():
    wanted = {
        "release", "code-review", "design", "mol-polecat-work", "mol-prd-review",
        "mol-plan-review", "shiny", "shiny-secure", "shiny-enterprise", "tdd-cycle",
        "rule-of-five", "security-audit", "mol-deacon-patrol", "mol-witness-patrol",
        "mol-refinery-patrol", "mol-polecat-conflict-resolve", "towers-of-hanoi",
    }  # fmt: skip
    assert wanted <= set(BUILT_IN)


@pytest.mark.parametrize(
    ("text", "severity", "where", "what"),
    [
        (HEAD, "error", "type", "a formula of type workflow needs steps"),
        (HEAD + STEP + STEP, "error", "steps[1].id", "two steps are called 'a'"),
        (
            HEAD + STEP + 'needs = ["b"]',
            "error",
            "steps[0].needs",
            "a needs 'b', no such step",
        ),
        (
            HEAD + STEP + 'needs = ["a"]',
            "error",
            "steps",
            "steps wait for each other: a -> a",
        ),
        (
            HEAD + '[[steps]]\nid = "a"\ntitle = "{{who}}"',
            "error",
            "steps[0]",
            "{{who}} is no variable",
        ),
        (HEAD + '[vars]\nwho = "me"\n' + STEP, "warning", "vars.who", "is used nowhere"),
        (
            HEAD
            + STEP
            + 'condition = "{{size}} == huge"\n[vars.size]\nenum = ["big", "small"]',
            "warning",
            "steps[0].condition",
            "{{size}} == huge is never so: the step is unreachable",
        ),
        (
            HEAD + STEP + 'condition = "size is big"',
            "error",
            "steps[0].condition",
            "'size is big' is no condition",
        ),
        (
            HEAD + STEP + '[steps.gate]\ntype = "moon"',
            "error",
            "steps[0].gate.type",
            "'moon' is no formula gate",
        ),
        (
            HEAD + STEP + '[steps.gate]\ntype = "gh:run"',
            "warning",
            "steps[0].gate",
            "gh:run is not connected: the step waits until a person approves it",
        ),
        (
            HEAD + STEP + '[steps.gate]\ntype = "timer"\ntimeout = "soon"',
            "error",
            "steps[0].gate.timeout",
            "'soon' is no time",
        ),
        (
            HEAD + '[vars.n]\ntype = "int"\ndefault = "one"\n' + STEP,
            "error",
            "vars.n.default",
            "n cannot be 'one'",
        ),
        (
            HEAD + STEP + 'expand = "nothing"',
            "error",
            "",
            "there is no formula 'nothing'",
        ),
        (
            HEAD + STEP + '[[compose.expand]]\ntarget = "b"\nwith = "pizza"',
            "error",
            "compose.expand[0]",
            "no step is called b",
        ),
        (
            HEAD + STEP + 'expand = "pizza"\n[[steps.children]]\nid = "b"\n',
            "error",
            "steps[0]",
            "a has children, which an expansion would drop",
        ),
        (
            HEAD + '[[legs]]\nid = "a"\n[presets.p]\nlegs = ["b"]',
            "error",
            "presets.p.legs",
            "there is no leg 'b'",
        ),
        (
            HEAD + STEP + 'waits_for = "godot"',
            "error",
            "steps[0].waits_for",
            "'godot' says nothing",
        ),
        (HEAD + 'extends = ["x"]\n' + STEP, "error", "extends", "extends goes in a circle"),
    ],
)
def test_what_is_wrong_is_found(text, severity, where, what):
    found = Kitchen(text, PIZZA).lint("x")
    assert (severity, where) in [
        (str(each.severity), each.where) for each in found if each.what.startswith(what)
    ], found


def test_what_a_sling_may_fill_in_is_told_once():
    found = Kitchen(HEAD + '[[steps]]\nid = "a"\ntitle = "{{issue}}"').lint("x")
    assert [(str(each.severity), each.what) for each in found if "issue" in each.what] == [
        ("warning", "{{issue}} is no variable")
    ]


def test_an_aspect_of_another_town_is_one_though_nothing_of_it_is_woven_in():
    notes = HEAD + 'type = "aspect"\n[[aspects]]\nid = "a"\ntitle = "A"\nfocus = "f"\n'
    whole = 'formula = "y"\ndescription = "d"\n' + STEP + '[compose]\naspects = ["x"]\n'
    kitchen = Kitchen(notes, whole)
    assert kitchen.lint("x") == kitchen.lint("y") == []
    assert [(str(each.severity), each.where) for each in kitchen.findings] == [
        ("ignored", "aspects")
    ]
    assert [step.id for step in kitchen.cook("y").steps] == ["a"]


def pegs(disks):
    return {"1": list(range(disks, 0, -1)), "2": [], "3": []}


@pytest.mark.parametrize("disks", range(1, 11))
def test_the_towers_of_hanoi_are_moved_by_the_rules(disks):
    cooked = Formulas(None).cook("towers-of-hanoi", {"disks": str(disks)})
    steps = [*walk(cooked.steps)]
    at = pegs(disks)
    for step in steps[1:-1]:
        source, target = re.search(r"peg (\d) to peg (\d)", step.title).groups()
        disk = at[source].pop()
        assert not at[target] or at[target][-1] > disk
        at[target].append(disk)
    assert len(steps) == 2**disks + 1
    assert sorted(map(len, at.values())) == [0, 0, disks]
    assert not at["1"]
    assert [list(step.needs) for step in steps] == [[], *([s.id] for s in steps[:-1])]
