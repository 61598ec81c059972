"""Instants, as documents write them."""

import pytest

from gitgt.model.instant import later_than

NOW = "2026-11-22T14:30:00.500Z"


@pytest.mark.parametrize(
    ("last", "after"),
    [
        ("", NOW),
        ("2026-11-22T14:30:00.499Z", NOW),
        (NOW, "2026-11-22T14:30:00.501Z"),
        ("2026-11-22T14:30:00.999Z", "2026-11-22T14:30:01.000Z"),
        ("2027-01-01T00:00:00.000Z", "2027-01-01T00:00:00.001Z"),
    ],
)
def test_one_after_another_whatever_the_clock_says(last, after):
    assert later_than(last, NOW) == after
