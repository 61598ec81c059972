"""Until when a limit lasts, where the text that tells of it says so; nothing is guessed.

A program says it in one of a few ways: a number of seconds since the epoch, a time of the day,
perhaps with its zone or its date, or a span from now. What is not understood as a whole, such
as a zone or a week's day that is not known here, says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, tzinfo
from typing import Final

# What finds a zone by its name; None if there is none.
Zones = Callable[[str], tzinfo | None]

_EPOCH: Final = re.compile(r"\|\s*(?P<seconds>1\d{9})(?:\d{3})?\b")
_INSTANT: Final = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?\s?(?:Z|UTC|[+-]\d\d:?\d\d)"
)
_SPAN: Final = re.compile(
    r"\b(?:in|after)\s+(?P<all>(?:\d+(?:\.\d+)?\s*"
    r"(?:days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)(?![a-z])(?:,|\s|and)*)+)",
    re.IGNORECASE,
)
_PART: Final = re.compile(r"(?P<count>\d+(?:\.\d+)?)\s*(?P<unit>[dhms])", re.IGNORECASE)
_SECONDS: Final = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0}
_MONTHS: Final = (
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
)  # fmt: skip
_CLOCK: Final = re.compile(
    r"\b(?:resets?|again|until|available|renews?)\b(?:\s+(?:at|on|by))?[\s:·]*"
    rf"(?:(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?"
    r"(?:\s+at)?\s+)?"
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d\d))?\s*(?P<half>[ap]\.?m\b\.?)?"
    r"(?:\s*\((?P<zone>[\w+/-]+)\))?",
    re.IGNORECASE,
)


def until(text: str, *, now: float, local: tzinfo, zones: Zones) -> float:
    """Return until when a limit of which *text* tells lasts; 0 if it does not say.

    A time of the day without a zone is *local*. What lies before *now* is no end.
    """
    for found in _said(text, now, local, zones):
        if found > now:
            return found
    return 0.0


def _said(text: str, now: float, local: tzinfo, zones: Zones) -> Iterator[float]:
    if match := _EPOCH.search(text):
        yield float(match["seconds"])
    if match := _INSTANT.search(text):
        yield _instant(match[0])
    if match := _SPAN.search(text):
        parts = _PART.finditer(match["all"])
        yield now + sum(float(each["count"]) * _SECONDS[each["unit"].lower()] for each in parts)
    for match in _CLOCK.finditer(text):
        yield _clock(match, now, local, zones)


def _instant(text: str) -> float:
    said = text.replace("UTC", "Z").replace(" Z", "Z")
    try:
        return datetime.fromisoformat(said).timestamp()
    except ValueError:
        return 0.0


def _clock(match: re.Match[str], now: float, local: tzinfo, zones: Zones) -> float:
    """Return the next time after *now* at which a clock shows that; 0 if none does."""
    zone = zones(match["zone"]) if match["zone"] else local
    hour = _hour(int(match["hour"]), (match["half"] or "").lower()[:1])
    if zone is None or hour is None or not (match["half"] or match["minute"]):
        return 0.0
    here = datetime.fromtimestamp(now, zone)
    try:
        there = here.replace(
            hour=hour, minute=int(match["minute"] or 0), second=0, microsecond=0
        )
        if match["month"]:
            month = 1 + _MONTHS.index(match["month"].lower())
            there = there.replace(month=month, day=int(match["day"]))
            # In December it may say January.
            return (there if there > here else there.replace(year=here.year + 1)).timestamp()
    except ValueError:
        return 0.0
    return (there if there > here else there + timedelta(days=1)).timestamp()


def _hour(said: int, half: str) -> int | None:
    if not half:
        return said if said < 24 else None
    if not 1 <= said <= 12:
        return None
    return said % 12 + (12 if half == "p" else 0)
