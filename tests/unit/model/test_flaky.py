from __future__ import annotations

import pytest

from gitgt.model.flaky import Flakes


def runs(*verdicts):
    return [
        {"verdict": each, "at": f"2026-11-22T14:30:0{number}Z"}
        for number, each in enumerate(verdicts)
    ]


@pytest.mark.parametrize(
    ("verdicts", "flakes"),
    [
        (("pass",), 0),
        (("fail", "fail"), 0),
        (("fail", "pass"), 1),
        (("pass", "fail", "fail"), 2),
        ((), 0),
    ],
)
def test_a_red_run_is_a_flake_if_the_same_tree_passed(verdicts, flakes):
    found = Flakes.of(runs(*verdicts))
    assert (found.runs, found.flakes) == (len(verdicts), flakes)
    assert found.last == (f"2026-11-22T14:30:0{len(verdicts) - 1}Z" if flakes else "")


def test_what_was_put_in_can_be_taken_out():
    one, other = Flakes.of(runs("fail", "pass")), Flakes.of(runs("pass"))
    both = one.plus(other)
    assert both == Flakes(3, 1, "2026-11-22T14:30:01Z")
    assert both.minus(other) == one


@pytest.mark.parametrize(
    ("flakes", "runs", "confirm"),
    [
        (0, 0, 1),
        (0, 199, 1),
        (0, 200, 0),
        (1, 200, 1),
        (1, 500, 0),
        (1, 3, 1),  # one flake may be the machine's
        (2, 40, 1),  # five in a hundred are not more than that
        (2, 39, 2),
        (40, 500, 2),
    ],
)
def test_how_often_a_red_gate_is_repeated_follows_from_how_often_it_was_wrong(
    flakes, runs, confirm
):
    assert Flakes(runs, flakes).confirm == confirm
