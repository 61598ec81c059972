import time

import pytest

from gitgt.model.textmerge import merge_text


@pytest.mark.parametrize(
    ("base", "first", "last", "text", "lost"),
    [
        ("a\nb\nc", "A\nb\nc", "a\nb\nC", "A\nb\nC", False),
        ("a\nb\nc", "A\nb\nc", "Å\nb\nc", "Å\nb\nc", True),
        ("a\nb\nc", "a\nc", "a\nb\nC", "a\nb\nC", True),
        ("a\nb\nc\nd", "a\nc\nd", "a\nb\nc\nD", "a\nc\nD", False),
        ("a\nz", "a\nb\nz", "a\nc\nz", "a\nb\nc\nz", False),
        ("a\nz", "a\nb\nz", "a\nb\nz", "a\nb\nz", False),
        ("a\n", "a\nb\n", "A\n", "A\n", True),
        ("", "one", "two", "two", True),
        ("a", "", "b", "b", True),
    ],
)
def test_lines_merge(base, first, last, text, lost):
    assert merge_text(base, first, last) == (text, lost)


def test_text_that_would_take_long_is_not_merged():
    base = "\n" * 20_000
    before = time.process_time()
    assert merge_text(base, "a" + base, base + "b") == (base + "b", True)
    assert time.process_time() - before < 2
