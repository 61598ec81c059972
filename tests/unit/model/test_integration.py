"""What integration branches are called, and when they may land."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitgt.model.integration import TEMPLATE, Standing, name_of, slug

READY = Standing(branch="i", base="main", tip="a" * 40, base_tip="b" * 40, parts=2, ahead=3)


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Sell more", "sell-more"),
        ("  Über-Verkauf: 2. Teil!  ", "uber-verkauf-2-teil"),
        ("../../etc", "etc"),
        ("販売", ""),
    ],
)
def test_a_title_becomes_a_part_of_a_name(title, said):
    assert slug(title) == said


@pytest.mark.parametrize(
    ("template", "name"),
    [
        (TEMPLATE, "integration/sell-more"),
        ("epics/{epic}", "epics/sh-ab123"),
        ("{user}/{title-slug}", "tess-ter/sell-more"),
        ("{prefix}-{nothing}", "sh-{nothing}"),
        ("integration/" + "x" * 80, "integration/" + "x" * 48),
    ],
)
def test_a_template_is_filled_in(template, name):
    assert name_of(template, title="Sell more", epic="sh-ab123", user="Tess Ter") == name


def test_without_a_letter_the_epic_gives_the_name():
    assert name_of(TEMPLATE, title="販売", epic="sh-ab123", user="") == "integration/sh-ab123"


@given(st.text(), st.sets(st.integers(1, 9)))
def test_a_name_is_new_whatever_is_taken(title, numbers):
    def name(taken: set[str]) -> str:
        return name_of(TEMPLATE, title=title, epic="sh-ab123", user="t", taken=taken)

    first = name(set())
    taken = {first, *(f"{first}-{number}" for number in numbers)}
    assert name(taken) not in taken
    assert name(taken).startswith(first)


def test_what_is_whole_may_land():
    assert READY.is_ready


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"open": ("sh-ab124", "sh-ab125")}, "not closed: sh-ab124, sh-ab125"),
        ({"live": ("sh-mr-ab124",)}, "still to land on it: sh-mr-ab124"),
        ({"parts": 0}, "its epic has no parts"),
        ({"tip": ""}, "the branch i is gone"),
        ({"base_tip": ""}, "its base main is gone"),
        ({"ahead": 0}, "it has nothing that main has not"),
        ({"conflicts": ("a", "b")}, "it conflicts with main in a, b"),
        ({"closed": True}, "its epic is closed"),
        ({"closed": True, "landed": "c" * 40}, "it has landed"),
    ],
)
def test_what_is_missing_is_told(changes, why):
    assert list(replace(READY, **changes).missing()) == [why]
