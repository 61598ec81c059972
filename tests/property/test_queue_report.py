"""What a report counts is all that there was."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gitgt.model.queue.queue_report import Spread, bins
from gitgt.services.plots import bars, drawn, over_time

SECONDS = st.floats(0.0, 1e7)


@given(st.lists(SECONDS, max_size=60), st.integers(1, 12))
def test_every_value_is_in_one_bin(values, many):
    found = bins(values, many)
    assert sum(each.count for each in found) == len(values)
    assert len(found) <= many
    for each, after in pairwise(found):
        assert each.below == after.least
    for each in found:
        assert each.count == sum(each.least <= value < each.below for value in values) or (
            each is found[-1]
        )


@given(st.lists(SECONDS, min_size=1, max_size=60))
def test_a_spread_is_of_values_that_there_were(values):
    found = Spread.of(values)
    assert {found.half, found.most, found.max} <= {*values}
    assert found.half <= found.most <= found.max == max(values)
    assert 2 * sum(value <= found.half for value in values) >= len(values)


@given(st.lists(st.tuples(st.floats(0, 4e9), SECONDS), max_size=9), SECONDS)
def test_whatever_is_drawn_lies_within_the_plot(points, usual):
    found = over_time("Time", points, min(usual, max((y for _, y in points), default=0.0)))
    dots = [each for each in found.shapes if each.startswith("<circle")]
    assert len(dots) == len(points)
    for each in dots:
        _, x, _, y, *_ = each.split('"')
        assert 64 <= float(x) <= 704
        assert 12 <= float(y) <= 192


def test_nothing_is_drawn_of_nothing():
    assert bars("Bars", [], "").html() == over_time("Time", [], 0).html() == ""
    assert drawn([]) == []


def test_what_others_wrote_is_shown_and_not_obeyed():
    page = bars("<b>", [("<script>", 1)], "& so on").html()
    assert "<script>" not in page
    assert "<b>" not in page
    assert "&amp; so on" in page


def test_bars_in_a_terminal():
    assert drawn([("a", 40), ("bb", 1), ("c", 0)], wide=4) == [
        " a  #### 40",
        "bb  # 1",
        " c   0",
    ]


def test_bins_are_named_as_people_count():
    assert [(each.name, each.count) for each in bins([0, 59, 61, 400], 4)] == [
        ("0-2 min", 3), ("2-4 min", 0), ("4-6 min", 0), ("6-8 min", 1),
    ]  # fmt: skip
    assert [each.name for each in bins([100.0 * 86_400], 1)] == ["0-200 d"]
