"""Times as people say them."""

import pytest

from gitgt.errors import RefusedError
from gitgt.model import when

NOW = 1_795_357_800.0  # 2026-11-22T14:30:00Z


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("90s", 90),
        ("5m", 300),
        ("2h", 7200),
        (" 1 D ", 86400),
        ("1w", 604800),
        ("0s", 0),
        ("2 hours", 7200),
        ("1 day", 86400),
        ("90 min", 5400),
    ],
)
def test_a_span_is_counted_from_now(text, span):
    assert when.ago(text, NOW) == NOW - span
    assert when.ahead(text, NOW) == NOW + span


@pytest.mark.parametrize(("text", "span"), [("2d ago", 172800), ("2M ago", 120), ("now", 0)])
def test_the_past_may_be_called_so(text, span):
    assert when.ago(text, NOW) == NOW - span
    with pytest.raises(RefusedError):
        when.ahead(text, NOW)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T14:30:00Z",
        "2026-11-22T14:30",
        "2026-11-22 14:30:00",
        "2026-11-22T15:30:00+01:00",
        " 20261122T143000 ",
    ],
)
def test_an_instant_is_taken_as_utc_unless_it_says_otherwise(text):
    assert when.ago(text, 0.0) == when.ahead(text, 0.0) == NOW


def test_a_day_begins_at_midnight():
    assert when.ago("2026-11-22", NOW) == NOW - 14.5 * 3600


@pytest.mark.parametrize(
    "text", ["", "never", "2h30m", "-1h", "2026-13-01", "1234567890h", "٣h"]
)
def test_anything_else_is_no_time(text):
    with pytest.raises(RefusedError) as refused:
        when.ago(text, NOW)
    assert refused.value.message == f"{text!r} is no time"
    assert refused.value.hint.startswith("times look like 90m, 2h, 3d")


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "1 s"), (0.4, "1 s"), (40.4, "40 s"), (99, "99 s"), (100, "2 min"),
        (5400, "90 min"), (7200, "2 h"), (172_800, "48 h"), (200_000, "2 d"),
    ],
)  # fmt: skip
def test_how_long_something_lasts_is_told_roughly(seconds, told):
    assert when.lasts(seconds) == told


@pytest.mark.parametrize("text", ["yesterday", "last Friday at noon", "3 months ago", "may 5"])
def test_words_that_git_knows(text):
    assert when.is_spoken(text)


@pytest.mark.parametrize("text", ["", "5", "foo", "5 foo", "last christmas", "2026-13-01"])
def test_of_other_words_git_would_make_now(text):
    assert not when.is_spoken(text)
