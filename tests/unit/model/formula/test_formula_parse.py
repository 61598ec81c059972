"""A formula's file becomes a value, and says of itself what is wrong and what is ignored."""

import tomllib

import pytest

from gitgt.model.formula.form import FormulaType
from gitgt.model.formula.lines import line_of, lines_of
from gitgt.model.formula.parse import parse
from tests.support.formulas import OF_ANOTHER_TOWN


def said(text):
    formula, findings = parse(tomllib.loads(text))
    return formula, [(str(each.severity), each.where, each.what) for each in findings]


def test_a_file_of_another_town_loads_and_says_what_is_ignored():
    formula, findings = said(OF_ANOTHER_TOWN)
    assert (formula.name, formula.type, formula.version) == ("two-sides", FormulaType.CONVOY, 2)
    assert [leg.id for leg in formula.legs] == ["front", "back"]
    assert formula.output == {"directory": ".sides/{{.id}}"}
    assert formula.synthesis.needs == ("front", "back")
    assert {var.name: (var.required, var.default) for var in formula.vars} == {
        "subject": (True, None),
        "context": (False, ""),
    }
    assert findings == [
        ("ignored", "legs[0].review_only", "what a leg may do follows from its agent"),
        ("ignored", "squash", "what a squash says is chosen when it is done"),
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('[[steps]]\nid = "a"', "workflow"),
        ('extends = ["b"]', "workflow"),
        ('[[legs]]\nid = "a"', "convoy"),
        ('[[template]]\nid = "a"', "expansion"),
        ('[[advice]]\ntarget = "a"', "aspect"),
        ('[[aspects]]\nid = "a"', "aspect"),
    ],
)
def test_a_type_that_is_not_given_follows_from_what_is_there(text, kind):
    assert said(f'formula = "x"\n{text}')[0].type == kind


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("", "formula", "a formula needs a name"),
        ('formula = "x"\ntype = "soup"', "type", "'soup' is no type of formula"),
        ('formula = "x"\nversion = 0', "version", "versions begin with 1"),
        ('formula = "x"\n[[steps]]\ntitle = "t"', "steps[0].id", "a step needs an id"),
        (
            'formula = "x"\n[[steps]]\nid = "a"\nneeds = 3',
            "steps[0].needs",
            "this is to be a list of texts",
        ),
        (
            'formula = "x"\n[[steps]]\nid = "a"\npriority = 7',
            "steps[0].priority",
            "priorities go from 0 to 4",
        ),
        (
            'formula = "x"\n[vars.v]\nrequired = true\ndefault = "d"',
            "vars.v.required",
            "what has a default is not required",
        ),
        (
            'formula = "x"\n[[steps]]\nid = "a"\n[steps.loop]\ncount = 2\nrange = "1..2"',
            "steps[0].loop.",
            "a loop has one of: count, range, until",
        ),
        ('formula = "x"\nsteps = "none"', "steps", "this is to be a list of tables"),
        (
            'formula = "x"\n[[steps]]\nid = "a"\n[steps.gate]\ntimeout = "1h"',
            "steps[0].gate.type",
            "a formula gate needs a type",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(text, where, what):
    assert ("error", where, what) in said(text)[1]


def test_a_key_that_nobody_knows_is_ignored_aloud():
    _, findings = said('formula = "x"\nflavor = 1\n[[steps]]\nid = "a"\ncolor = "red"')
    assert findings == [
        ("ignored", "steps[0].color", "is not known here and does nothing"),
        ("ignored", "flavor", "is not known here and does nothing"),
    ]


def test_lines_are_found():
    text = (
        'formula = "x"\ndescription = """\n[[steps]]\nid = "no"\n"""\n\n'
        '[[steps]]\nid = "a"\n\n[[steps]]\nid = "b"\n[steps.gate]\ntype = "human"\n'
        '[[steps.children]]\nid = "c"\n'
    )
    lines = lines_of(text)
    wanted = ("description", "steps[0].id", "steps[1].gate.type", "steps[1].children[0]")
    assert [line_of(lines, where) for where in wanted] == [2, 8, 13, 14]
    assert line_of(lines, "steps[1].needs") == 10
    assert line_of(lines, "nowhere") == 0
