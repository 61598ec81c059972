"""Freezes: what is frozen now, and for how long it was."""

from __future__ import annotations

import pytest

from gitgt.model import freezes
from gitgt.model.freezes import Freeze
from gitgt.model.instant import seconds_of

TEN, ELEVEN, NOON = (f"2026-11-22T{hour}:00:00Z" for hour in (10, 11, 12))
TOWN = Freeze(why="smoke", by="Tess", since=TEN)
SHOP = Freeze(rig="shop", why="rain", by="Tess", since=ELEVEN)


def test_a_rig_is_frozen_by_itself_or_with_the_town():
    assert freezes.on([SHOP], "shop") == SHOP
    assert freezes.on([SHOP], "bank") is None
    assert freezes.on([SHOP]) is None
    assert freezes.on([SHOP, TOWN], "shop") == TOWN
    assert freezes.on([TOWN]) == TOWN


def test_what_is_frozen_stays_frozen_as_it_was():
    again = Freeze(why="more smoke", by="Tess", since=ELEVEN)

    assert freezes.begun([TOWN], again) == (TOWN,)
    assert freezes.begun([TOWN], SHOP) == (TOWN, SHOP)


def test_a_thaw_of_the_town_ends_that_of_its_rigs():
    both = freezes.ended([TOWN, SHOP], "", NOON)
    one = freezes.ended([TOWN, SHOP], "shop", NOON)

    assert [each.until for each in both] == [NOON, NOON]
    assert [each.until for each in one] == ["", NOON]
    assert freezes.ended(both, "", "2026-11-23T00:00:00Z") == both


def test_time_that_was_frozen_twice_counts_once():
    was = freezes.ended([TOWN, SHOP], "", NOON)
    start, end = seconds_of(TEN) - 100.0, seconds_of(NOON) + 100.0

    assert freezes.seconds(was, "shop", since=start, until=end) == 7200
    assert freezes.seconds([SHOP], "shop", since=start, until=seconds_of(NOON)) == 3600
    assert freezes.seconds([SHOP], "bank", since=start, until=end) == 0
    assert freezes.seconds(was, "", since=seconds_of(ELEVEN), until=end) == 3600
    assert freezes.seconds(was, "shop", since=end, until=end + 100) == 0


def test_what_is_long_over_is_forgotten_and_what_goes_on_is_not():
    old = freezes.ended([SHOP], "", NOON)
    month = seconds_of(NOON) + 31 * 86_400.0

    assert freezes.recent([TOWN, *old], month) == (TOWN,)
    assert freezes.recent([TOWN, *old], seconds_of(NOON) + 60.0) == (TOWN, *old)


def test_a_file_gives_back_what_was_written():
    assert freezes.parse([TOWN.fields(), SHOP.fields()]) == (TOWN, SHOP)


@pytest.mark.parametrize(
    "spoilt", [None, {}, "x", [1], [{}], [{"rig": "shop"}], [{"since": 3}]]
)
def test_a_spoilt_file_freezes_nothing(spoilt):
    assert freezes.parse(spoilt) == ()
