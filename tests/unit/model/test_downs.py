"""Who sat there when a town went down, and who is begun again when it comes up."""

from __future__ import annotations

import pytest

from gitgt.model import downs
from gitgt.model.downs import Down

TEN, NOON = (f"2026-11-22T{hour}:00:00Z" for hour in (10, 12))
FIRST = Down(since=TEN, by="Tess", sat={"mayor": "m1", "shop/crew/tess": "t1"})


def test_who_says_it_twice_loses_nobody():
    again = Down(since=NOON, by="Tess", sat={})

    assert downs.noted(FIRST, again) == FIRST
    assert downs.noted(None, FIRST) == FIRST
    late = Down(since=NOON, by="Tess", sat={"mayor": "m2"})
    assert downs.noted(FIRST, late).sat == {"mayor": "m2", "shop/crew/tess": "t1"}


def test_who_sat_there_is_begun_again_but_nobody_twice():
    last = {"mayor": "m1", "shop/crew/tess": "t2"}

    assert downs.to_begin(FIRST, last=last, running=[]) == ["mayor"]
    assert downs.to_begin(FIRST, last=last, running=["mayor"]) == []
    assert downs.to_begin(None, last=last, running=[]) == []


def test_a_town_that_is_up_keeps_only_who_could_not_be_begun():
    up = downs.without(FIRST, ["mayor"])

    assert up is not None
    assert (up.over, up.sat) == (True, {"shop/crew/tess": "t1"})
    assert downs.without(None, ["mayor"]) is None


def test_a_file_gives_back_what_was_written():
    assert downs.parse(FIRST.plain()) == FIRST


@pytest.mark.parametrize("spoilt", [None, [], "x", {}, {"sat": 3}])
def test_a_spoilt_file_says_nothing(spoilt):
    assert downs.parse(spoilt) is None
