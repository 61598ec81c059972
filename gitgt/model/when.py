"""Times as people say them: ``2h``, ``2 hours``, ``2026-11-22T14:30``, in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from gitgt.errors import RefusedError

_SPAN = re.compile(
    r"(?P<count>[0-9]{1,6})\s*"
    r"(?P<unit>[smhdw]|(?:sec(?:ond)?|min(?:ute)?|hour|day|week)s?)",
    re.ASCII,
)
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
# Up to so many seconds it is told in this unit.
_ROUGHLY: Final = ((99, 1, "s"), (99 * 60, 60, "min"), (48 * 3600, 3600, "h"))
# What git makes something of; of any other word it makes now.
_DAYS: Final = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
_MONTHS: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sep(?:tember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_SPOKEN = re.compile(
    rf"yesterday|today|noon|midnight|tea|[ap]m|ago|last|at|on|an?|and|{_DAYS}|{_MONTHS}"
    r"|one|two|three|four|five|six|seven|eight|nine|ten"
    r"|(?:second|minute|hour|day|week|month|year)s?"
)
_HINT: Final = "times look like 90m, 2h, 3d, 2026-11-22 or 2026-11-22T14:30:00Z"


def ago(text: str, now: float) -> float:
    """Return the instant that *text* means when it is about the past; it may say so: 2d ago."""
    said = text.strip().lower()
    if said == "now":
        return now
    lasts = span(said.removesuffix(" ago"))
    return _instant(text) if lasts is None else now - lasts


def ahead(text: str, now: float) -> float:
    """Return the instant that *text* means when it is about what comes."""
    lasts = span(text)
    return _instant(text) if lasts is None else now + lasts


def span(text: str) -> float | None:
    """Return the seconds that *text*, such as ``2h``, lasts; None if it is no span."""
    match = _SPAN.fullmatch(text.strip().lower())
    return None if match is None else float(int(match["count"]) * _SECONDS[match["unit"][0]])


def is_spoken(text: str) -> bool:
    """Tell whether *text* is a time in words that git knows: ``yesterday``, ``last friday``."""
    words = re.findall(r"[a-z]+", text.lower())
    return bool(words) and all(_SPOKEN.fullmatch(each) for each in words)


def lasts(seconds: float) -> str:
    """Return how long something lasts, roughly: ``40 s``, ``12 min``, ``3 h``, ``2 d``."""
    for most, unit, name in _ROUGHLY:
        if seconds <= most:
            return f"{max(1, round(seconds / unit))} {name}"
    return f"{round(seconds / _SECONDS['d'])} d"


def _instant(text: str) -> float:
    try:
        found = datetime.fromisoformat(text.strip())
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError) as error:
        raise RefusedError(f"{text!r} is no time", hint=_HINT) from error
