"""Until when a limit lasts is known only if it was said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from gitgt.model.limit_text import until

NOW = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
HERE = timezone(timedelta(hours=1))
ZONES = {"Europe/Berlin": HERE, "UTC": UTC}


def said(text):
    found = until(text, now=NOW.timestamp(), local=HERE, zones=ZONES.get)
    return datetime.fromtimestamp(found, UTC).strftime("%d %H:%M:%S") if found else ""


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("Claude AI usage limit reached|1795366800", "22 17:00:00"),
        ("You've hit your limit · resets 6pm (Europe/Berlin)", "22 17:00:00"),
        ("You've hit your limit - resets 6:05 pm", "22 17:05:00"),
        ("Your limit will reset at 1am (UTC)", "23 01:00:00"),
        ("You've hit your weekly limit · resets Nov 24, 10am (UTC)", "24 10:00:00"),
        ("try again at 18:20.", "22 17:20:00"),
        ("Rate limit reached. Please try again in 2 hours 14 minutes.", "22 16:44:00"),
        ("Your quota will reset after 1h2m3s.", "22 15:32:03"),
        ("Retry after 30 seconds", "22 14:30:30"),
        ("limited until 2026-11-22T15:00:00Z", "22 15:00:00"),
        ("limited until 2026-11-22 15:00 UTC", "22 15:00:00"),
        # nothing is made up
        ("You've hit your limit", ""),
        ("You've hit your limit · resets Monday 3pm", ""),
        ("You've hit your limit · resets 3pm (Mars/Olympus)", ""),
        ("try again in 3 months", ""),
        ("resets at 25:00", ""),
        ("resets at 13pm", ""),
        ("resets Feb 31 at 3pm", ""),
        ("usage limit reached|1600000000", ""),
        ("3 requests were limited until they were 4", ""),
    ],
)
def test_a_time_is_taken_as_it_is_said(text, end):
    assert said(text) == end
