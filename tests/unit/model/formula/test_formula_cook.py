"""Formulas are brought together, and what is left are steps."""

import pytest

from gitgt.errors import RefusedError
from gitgt.model.formula.arithmetic import number
from gitgt.model.formula.condition import Condition
from gitgt.model.formula.overlay import laid_over, parse
from tests.support.formulas import OF_ANOTHER_TOWN, PIZZA, Kitchen, plan

TWICE = """
formula = "twice"
type = "expansion"
[[template]]
id = "{target}.rough"
title = "{target.title}, roughly"
[[template]]
id = "smooth"
title = "{target.title}, well"
needs = ["{target}.rough"]
"""
CLEAN = """
formula = "clean"
[[advice]]
target = "*"
[[advice.around.before]]
id = "wash-before-{step.id}"
title = "Wash before: {step.title}"
[advice.after]
id = "{step.id}-wipe"
title = "Wipe"
[[pointcuts]]
glob = "d*"
"""


def test_variables_are_filled_in():
    cooked = Kitchen(PIZZA).cook("pizza", {"topping": "olives"})
    assert [step.title for step in cooked.steps][-1] == "Bake it with olives"
    assert cooked.missing == []


def test_without_a_value_the_place_stays_and_is_told():
    cooked = Kitchen(PIZZA).cook("pizza")
    assert (cooked.steps[-1].title, cooked.missing) == ("Bake it with {{topping}}", ["topping"])


@pytest.mark.parametrize(
    ("rule", "value", "message"),
    [
        ('enum = ["thin", "thick"]', "cold", "crust cannot be 'cold'"),
        ("pattern = '[a-z]+'", "THIN", "crust cannot be 'THIN'"),
        ('type = "int"', "one", "crust cannot be 'one'"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(rule, value, message):
    kitchen = Kitchen(f'formula = "x"\n[vars.crust]\n{rule}\n[[steps]]\nid = "{{{{crust}}}}"')
    with pytest.raises(RefusedError, match=message):
        kitchen.cook("x", {"crust": value})


def test_a_value_for_no_variable_is_refused_with_a_guess():
    with pytest.raises(RefusedError) as caught:
        Kitchen(PIZZA).cook("pizza", {"toping": "olives"})
    assert (caught.value.message, caught.value.hint) == (
        "there is no variable 'toping'",
        "did you mean topping?",
    )


def test_what_no_variable_says_stays_and_is_told():
    kitchen = Kitchen(
        'formula = "x"\ndescription = "For {{guest}}"\n[vars]\nhost = "me"\n'
        '[[steps]]\nid = "a"\ntitle = "{{host}} and {{nope}}"\n'
        '[[steps]]\nid = "b"\nnotes = "{{nope}}, {{title}}"'
    )
    cooked = kitchen.cook("x", {"host": "not {{you}}"})
    assert [each.title for each in cooked.steps] == ["not {{you}} and {{nope}}", ""]
    told = {(str(each.severity), each.where, each.what) for each in cooked.findings}
    assert told == {
        ("warning", "description", "{{guest}} is no variable"),
        ("warning", "steps[0]", "{{nope}} is no variable"),
        ("warning", "steps[1]", "{{title}} is no variable"),
    }


def test_a_child_says_what_differs_and_keeps_the_rest():
    calzone = """
formula = "calzone"
extends = ["pizza"]
[[steps]]
id = "dough"
title = "Make more dough"
[[steps]]
id = "fold"
title = "Fold it"
needs = ["bake"]
"""
    cooked = Kitchen(PIZZA, calzone).cook("calzone")
    assert [(step.id, step.title) for step in cooked.steps] == [
        ("dough", "Make more dough"),
        ("sauce", "Make the sauce"),
        ("bake", "Bake it with {{topping}}"),
        ("fold", "Fold it"),
    ]
    assert cooked.description == "A pizza."


def test_who_extends_itself_is_told_the_way():
    one, two = 'formula = "a"\nextends = ["b"]', 'formula = "b"\nextends = ["a"]'
    with pytest.raises(RefusedError, match="a -> b -> a"):
        Kitchen(one, two).cook("a")


def test_an_expansion_takes_the_place_of_a_step():
    rule = '[[compose.expand]]\ntarget = "dough"\nwith = "twice"'
    twice = f'formula = "x"\nextends = ["pizza"]\n{rule}'
    cooked = Kitchen(PIZZA, TWICE, twice).cook("x")
    assert plan(cooked) == {
        "dough.rough": [],
        "dough.smooth": ["dough.rough"],
        "sauce": [],
        "bake": ["dough.smooth", "sauce"],
    }
    assert cooked.steps[1].title == "Make the dough, well"


def test_a_map_expands_all_that_a_glob_means_and_a_step_may_ask_itself():
    text = """
formula = "x"
[[steps]]
id = "part-1"
[[steps]]
id = "part-2"
needs = ["part-1"]
[[steps]]
id = "end"
expand = "twice"
needs = ["part-2"]
[[compose.map]]
select = "part-*"
with = "twice"
"""
    assert plan(Kitchen(text, TWICE).cook("x")) == {
        "part-1.rough": [],
        "part-1.smooth": ["part-1.rough"],
        "part-2.rough": ["part-1.smooth"],
        "part-2.smooth": ["part-2.rough"],
        "end.rough": ["part-2.smooth"],
        "end.smooth": ["end.rough"],
    }


def test_a_map_leaves_what_has_children_and_expands_those():
    text = """
formula = "x"
[[steps]]
id = "kit"
[[steps.children]]
id = "knife"
[[steps.children]]
id = "spoon"
[[compose.map]]
select = "k*"
with = "twice"
"""
    cooked = Kitchen(text, TWICE).cook("x")
    assert [step.id for step in cooked.steps] == ["kit"]
    assert plan(cooked) == {
        "kit": [],
        "knife.rough": [],
        "knife.smooth": ["knife.rough"],
        "spoon": [],
    }
    with pytest.raises(RefusedError) as caught:
        Kitchen(text.replace("k*", "ki*"), TWICE).cook("x")
    assert (caught.value.message, caught.value.hint) == (
        "compose.map[0]: kit has children, which an expansion would drop",
        "expand those: knife, spoon",
    )


def test_an_expansion_by_itself_is_about_the_work():
    assert list(plan(Kitchen(TWICE).cook("twice"))) == ["main.rough", "main.smooth"]


def test_an_aspect_is_woven_around_what_its_pointcuts_mean():
    text = 'formula = "x"\nextends = ["pizza"]\n[compose]\naspects = ["clean"]'
    assert plan(Kitchen(PIZZA, CLEAN, text).cook("x")) == {
        "wash-before-dough": [],
        "dough": ["wash-before-dough"],
        "dough-wipe": ["dough"],
        "sauce": [],
        "bake": ["dough-wipe", "sauce"],
    }


def test_a_loop_counts_and_each_turn_needs_the_one_before():
    text = """
formula = "x"
[[steps]]
id = "start"
[[steps]]
id = "knead"
needs = ["start"]
[steps.loop]
count = "{{times}}"
[[steps.loop.body]]
id = "fold"
title = "Fold {i}"
[[steps.loop.body]]
id = "rest"
needs = ["fold"]
[[steps]]
id = "end"
needs = ["knead"]
[vars]
times = "2"
"""
    assert plan(Kitchen(text).cook("x")) == {
        "start": [],
        "knead.iter1.fold": ["start"],
        "knead.iter1.rest": ["knead.iter1.fold"],
        "knead.iter2.fold": ["knead.iter1.rest"],
        "knead.iter2.rest": ["knead.iter2.fold"],
        "end": ["knead.iter2.rest"],
    }
    assert [s.title for s in Kitchen(text).cook("x", {"times": "1"}).steps][1] == "Fold 1"


def test_a_range_speaks_of_its_number_and_a_loop_without_turns_is_passed_over():
    text = """
formula = "x"
[[steps]]
id = "row"
[steps.loop]
range = "2..{{last}}"
var = "n"
[[steps.loop.body]]
id = "step-{n}"
title = "{n * n} and {2 ^ n - 1}, not {target}"
[[steps]]
id = "end"
needs = ["row"]
[vars]
last = "3"
"""
    steps = Kitchen(text).cook("x").steps
    assert [(step.id, step.title) for step in steps[:2]] == [
        ("step-2", "4 and 3, not {target}"),
        ("step-3", "9 and 7, not {target}"),
    ]
    assert plan(Kitchen(text).cook("x", {"last": "1"})) == {"end": []}


def test_until_is_written_out_once_and_said_in_labels():
    text = (
        'formula = "x"\n[[steps]]\nid = "try"\n[steps.loop]\nuntil = "green"\nmax = 5\n'
        '[[steps.loop.body]]\nid = "run"\n'
    )
    [step] = Kitchen(text).cook("x").steps
    assert (step.id, step.labels) == ("try.iter1.run", ("loop:until:green", "loop:max:5"))


def test_a_branch_forks_and_joins_and_a_guard_waits():
    text = """
formula = "x"
[[steps]]
id = "a"
[[steps]]
id = "b"
[[steps]]
id = "c"
[[steps]]
id = "d"
[[steps]]
id = "e"
[[compose.branch]]
from = "a"
steps = ["b", "c"]
join = "d"
[[compose.gate]]
before = "e"
condition = "d.status == 'complete'"
[[compose.gate]]
before = "b"
condition = "file.exists('go')"
"""
    cooked = Kitchen(text).cook("x")
    assert plan(cooked) == {"a": [], "b": ["a"], "c": ["a"], "d": ["b", "c"], "e": ["d"]}
    assert (cooked.steps[1].gate.type, cooked.steps[1].gate.awaits) == (
        "condition",
        "file.exists('go')",
    )


def test_a_hook_attaches_a_formula_where_its_trigger_is():
    text = """
formula = "x"
[[steps]]
id = "make"
labels = ["hot"]
[[steps]]
id = "serve"
needs = ["make"]
[[compose.bond_points]]
id = "made"
after_step = "make"
[[compose.hooks]]
trigger = "label:hot"
attach = "cool"
at = "made"
[[compose.hooks]]
trigger = "label:cold"
attach = "pizza"
at = "made"
"""
    cool = 'formula = "cool"\n[[steps]]\nid = "wait"'
    assert plan(Kitchen(text, cool, PIZZA).cook("x")) == {
        "make": [],
        "serve": ["make", "cool.wait"],
        "cool.wait": ["make"],
    }


def test_a_step_whose_condition_is_not_so_is_left_out_and_its_needs_go_on():
    text = """
formula = "x"
[vars]
loud = "false"
[[steps]]
id = "a"
[[steps]]
id = "b"
needs = ["a"]
condition = "{{loud}}"
[[steps]]
id = "c"
needs = ["b"]
"""
    assert plan(Kitchen(text).cook("x")) == {"a": [], "c": ["a"]}
    assert plan(Kitchen(text).cook("x", {"loud": "yes"})) == {"a": [], "b": ["a"], "c": ["b"]}


@pytest.mark.parametrize(
    ("text", "values", "so"),
    [
        ("{{v}}", {"v": "yes"}, True),
        ("{{v}}", {"v": "0"}, False),
        ("!{{v}}", {}, True),
        ("{{v}} == 'a b'", {"v": "a b"}, True),
        ("{{v}} != a", {"v": "a"}, False),
    ],
)
def test_conditions(text, values, so):
    assert Condition.parse(text).holds(values) is so


def test_what_is_no_condition_is_refused():
    with pytest.raises(RefusedError, match="is no condition"):
        Condition.parse("v is true")


def test_steps_in_a_circle_are_told():
    text = 'formula = "x"\n[[steps]]\nid="a"\nneeds=["b"]\n[[steps]]\nid="b"\nneeds=["a"]'
    with pytest.raises(RefusedError, match="a -> b -> a"):
        Kitchen(text).cook("x")


def test_an_overlay_replaces_appends_and_skips():
    overrides, findings = parse(
        {
            "step-overrides": [
                {"step_id": "dough", "description": "Buy it."},
                {"step_id": "bake", "mode": "append", "description": "Hot."},
                {"step_id": "sauce", "mode": "skip"},
                {"step_id": "salad", "mode": "skip"},
            ]
        }
    )
    steps, told = laid_over(Kitchen(PIZZA).cook("pizza").steps, overrides)
    assert findings == []
    assert [(step.id, step.description, step.needs) for step in steps] == [
        ("dough", "Buy it.", ()),
        ("bake", "Hot.", ("dough",)),
    ]
    assert [each.what for each in told] == [
        "there is no step 'salad'; the override does nothing"
    ]


def test_a_leg_is_told_what_the_prompt_says():
    kitchen = Kitchen(OF_ANOTHER_TOWN)
    short, long = (
        kitchen.cook("two-sides", {"subject": "a coin", **more}).legs[0].description
        for more in ({}, {"context": "it is fair"})
    )
    assert short == "The front of a coin: what is seen"
    assert long == "The front of a coin, knowing it is fair: what is seen"


@pytest.mark.parametrize(
    ("text", "result"),
    [("1+2*3", 7), ("(1+2)*3", 9), ("2^10-1", 1023), ("-2^2", -4), ("7/2%2", 1), ("6&3|8", 10)],
)
def test_sums(text, result):
    assert number(text) == result


@pytest.mark.parametrize("text", ["", "1+", "(1", "n", "1/0", "9^99", "1 2", "os.system"])
def test_what_is_no_sum_is_refused(text):
    with pytest.raises(RefusedError):
        number(text)
