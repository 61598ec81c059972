"""What the doctor makes of plain numbers."""

from __future__ import annotations

import pytest

from gitgt.model import vitals


@pytest.mark.parametrize(
    ("said", "trouble"),
    [
        ("git version 2.39.5", ""),
        ("git version 3.0.0.rc1 (Apple Git-1)", ""),
        ("git version 2.25.1", "git 2.25 is too old: gitgt needs 2.39"),
        ("", "nobody knows which git this is: it says nothing"),
    ],
)
def test_the_version_of_git(said, trouble):
    assert vitals.git_trouble(said) == trouble


def test_how_much_space_is_little():
    assert vitals.space_trouble(vitals.LITTLE) == ("", False)
    assert vitals.space_trouble(1024**3) == ("only 1.0 GiB are left on the disk", False)
    assert vitals.space_trouble(1024) == ("only 1 KiB are left on the disk", True)


def test_a_clock_may_be_a_little_behind():
    assert vitals.clock_trouble(1000.0, 1100.0) == ""
    assert vitals.clock_trouble(1000.0, 1500.0) == (
        "the clock is 500 s behind what was written last"
    )


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 bytes"), (2048, "2 KiB"), (5 << 30, "5.0 GiB")],
)
def test_sizes_as_people_say_them(size, words):
    assert vitals.in_words(size) == words
