"""Times as cron has them: ``30 3 * * mon-fri``, five fields, or a word such as ``@daily``.

A day fits if the month does and, where both are said, the day of the month or that of the week.
Wall-clock time goes in and comes out; which zone it is in the caller knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

from gitgt.errors import RefusedError
from gitgt.values import dataclass

_WORDS: Final = {
    "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0", "@daily": "0 0 * * *", "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}  # fmt: skip
_MONTHS: Final = (
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
)  # fmt: skip
_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
# What each field may hold: its name, its least and most value, and words for values.
_FIELDS: Final[tuple[tuple[str, int, int, dict[str, int]], ...]] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day", 1, 31, {}),
    ("month", 1, 12, {word: number for number, word in enumerate(_MONTHS, 1)}),
    ("weekday", 0, 7, {word: number for number, word in enumerate(_DAYS)}),
)
_PART: Final = re.compile(
    r"(?P<first>\*|[0-9]{1,2}|[a-z]{3})(?:-(?P<last>[0-9]{1,2}|[a-z]{3}))?(?:/(?P<step>[0-9]{1,2}))?",
    re.ASCII,
)
_HINT: Final = "minute hour day month weekday, such as '0 3 * * *' or '*/15 9-17 * * mon-fri'"
_LONGEST: Final = 366 * 41  # each 29th of February has been each weekday by then


@dataclass(frozen=True, slots=True)
class Schedule:
    """What fits: of each field the values; ``either`` if one of the two days is enough."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]  # 0 is Sunday
    either: bool

    def fits_day(self, day: date) -> bool:
        """Tell whether it has a time on *day*."""
        if day.month not in self.months:
            return False
        of_month, of_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return (of_month or of_week) if self.either else (of_month and of_week)

    def fits(self, when: datetime) -> bool:
        """Tell whether it is due in the minute of *when*."""
        return (
            when.minute in self.minutes and when.hour in self.hours and self.fits_day(when)
        )  # fmt: skip


def parse(text: str) -> Schedule:
    """Read a schedule.

    Raises:
        RefusedError: it is none, or names a day that never comes.
    """
    said = text.strip().lower()
    fields = _WORDS.get(said, said).split()
    if len(fields) != len(_FIELDS):
        raise RefusedError(f"{text!r} is no schedule: it has {len(fields)} fields", hint=_HINT)
    values = [
        frozenset(_values(field, *rule)) for field, rule in zip(fields, _FIELDS, strict=True)
    ]
    minutes, hours, days, months, weekdays = values
    either = not (fields[2].startswith("*") or fields[4].startswith("*"))
    week = frozenset(each % 7 for each in weekdays)
    found = Schedule(minutes, hours, days, months, week, either)
    if following(found, datetime(2000, 1, 1)) is None:  # noqa: DTZ001 - of no zone
        raise RefusedError(f"{text!r} never comes", hint=_HINT)
    return found


def following(schedule: Schedule, after: datetime) -> datetime | None:
    """Return the first time after the minute of *after*; None if none comes."""
    start = after.replace(second=0, microsecond=0) + timedelta(minutes=1)
    for number in range(_LONGEST):
        day = start.date() + timedelta(days=number)
        if schedule.fits_day(day):
            for moment in _times(schedule):
                found = datetime.combine(day, moment, tzinfo=after.tzinfo)
                if found >= start:
                    return found
    return None


def _times(schedule: Schedule) -> Iterator[time]:
    return (
        time(hour, minute)
        for hour in sorted(schedule.hours)
        for minute in sorted(schedule.minutes)
    )


def _values(
    field: str, name: str, least: int, most: int, words: dict[str, int]
) -> Iterator[int]:  # fmt: skip
    for part in field.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise RefusedError(f"{part!r} is no {name}", hint=_HINT)
        step = int(match["step"] or 1)
        if match["first"] == "*":
            first, last = least, most
        else:
            first = _value(match["first"], name, least, most, words)
            far = most if match["step"] else first
            last = _value(match["last"], name, least, most, words) if match["last"] else far
        if (match["first"] == "*" and match["last"]) or step == 0 or last < first:
            raise RefusedError(f"{part!r} is no {name}", hint=_HINT)
        yield from range(first, last + 1, step)


def _value(text: str, name: str, least: int, most: int, words: dict[str, int]) -> int:
    found = words[text] if text in words else int(text) if text.isdigit() else -1
    if not least <= found <= most:
        raise RefusedError(f"{text!r} is no {name}: {least} to {most}", hint=_HINT)
    return found
