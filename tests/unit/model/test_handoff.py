"""When an agent may hand over."""

from __future__ import annotations

import pytest

from gitgt.model.handoff import GAP, MAY, MOST, Past, Ruling, judge, subject_of

HOUR = 3600.0


def past(*marks, bead="sh-aaaaa"):
    return [Past(HOUR * number, mark, bead) for number, mark in enumerate(marks)]


def test_the_first_one_may():
    assert judge([], now=0.0, mark="a") == MAY


@pytest.mark.parametrize(
    ("now", "ruling"),
    [
        (10.0, Ruling("it handed over 10 s ago", wait=GAP - 10)),
        (GAP, MAY),
        (-5.0, MAY),  # the clock was set back
    ],
)
def test_two_are_some_time_apart(now, ruling):
    assert judge(past("a"), now=now, mark="b") == ruling


def test_who_hands_over_again_and_again_for_nothing_is_stopped():
    told = "it has handed over 3 times and nothing came of it"
    assert judge(past("a", "a", "a"), now=9 * HOUR, mark="a") == Ruling(told, is_loop=True)
    assert judge(past("a", "a", "a"), now=9 * HOUR, mark="b") == MAY
    assert judge(past("a", "b", "a", "a"), now=9 * HOUR, mark="a") == MAY


def test_a_bead_is_not_handed_over_for_ever():
    marks = [str(number) for number in range(MOST)]
    told = f"sh-aaaaa was handed over {MOST} times already"
    for bead, ruling in (
        ("sh-aaaaa", Ruling(told, is_loop=True)),
        ("sh-bbbbb", MAY),
        ("", MAY),
    ):
        assert judge(past(*marks), now=99 * HOUR, mark="z", bead=bead) == ruling


@pytest.mark.parametrize(
    ("told", "text", "reason", "subject"),
    [
        ("Half done", "x", "y", "Half done"),
        ("", "First\nsecond", "y", "First"),
        ("", " ", "compaction", "compaction"),
        ("", "", "", "handoff"),
    ],
)
def test_what_it_is_listed_under(told, text, reason, subject):
    assert subject_of(told, text, reason) == subject
