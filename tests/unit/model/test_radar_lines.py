"""Which lines get in each other's way."""

from __future__ import annotations

import pytest

from gitgt.model.radar.radar_lines import Hunk, meeting


@pytest.mark.parametrize(
    ("ours", "theirs", "found"),
    [
        ([], [], ((), ())),
        ([Hunk(2, 1, 2, 1, "a")], [Hunk(2, 1, 2, 1, "b")], (((2, 2),), ((2, 2),))),
        ([Hunk(2, 1, 2, 1, "a")], [Hunk(2, 1, 2, 1, "a")], ((), ())),  # the same change
        ([Hunk(2, 1, 2, 1)], [Hunk(3, 1, 3, 1)], (((2, 2),), ((3, 3),))),  # side by side
        ([Hunk(2, 1, 2, 1)], [Hunk(4, 1, 4, 1)], ((), ())),
        ([Hunk(2, 3, 2, 0)], [Hunk(3, 1, 3, 2)], (((2, 1),), ((3, 4),))),  # gone here
        (
            [Hunk(1, 1, 1, 1), Hunk(9, 1, 12, 1)],
            [Hunk(5, 1, 5, 1), Hunk(9, 2, 9, 2)],
            (((12, 12),), ((9, 10),)),
        ),
    ],
)
def test_hunks_meet_where_no_line_lies_between(ours, theirs, found):
    assert meeting(ours, theirs) == found
    assert meeting(theirs, ours) == found[::-1]
