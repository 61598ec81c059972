"""Times as cron has them."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitgt.errors import RefusedError
from gitgt.model import cron

AT = datetime(2026, 11, 26, 10, 30, 59)  # noqa: DTZ001 - a Thursday, of no zone


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("* * * * *", "2026-11-26 10:31"),
        ("30 10 * * *", "2026-11-27 10:30"),
        ("*/15 9-17 * * mon-fri", "2026-11-26 10:45"),
        ("0 3 * * *", "2026-11-27 03:00"),
        ("0 0 1,15 * *", "2026-12-01 00:00"),
        ("0 0 13 * fri", "2026-11-27 00:00"),  # either of the two days
        ("0 12 * * 7", "2026-11-29 12:00"),
        ("5/20 0 * jan *", "2027-01-01 00:05"),
        ("0 0 29 2 *", "2028-02-29 00:00"),
        ("@hourly", "2026-11-26 11:00"),
        ("@Weekly", "2026-11-29 00:00"),
    ],
)
def test_the_next_time(text, wanted):
    assert f"{cron.following(cron.parse(text), AT):%Y-%m-%d %H:%M}" == wanted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "'' is no schedule: it has 0 fields"),
        ("* * * *", "'* * * *' is no schedule: it has 4 fields"),
        ("60 * * * *", "'60' is no minute: 0 to 59"),
        ("5-1 * * * *", "'5-1' is no minute"),
        ("*/0 * * * *", "'*/0' is no minute"),
        ("*-5 * * * *", "'*-5' is no minute"),
        ("1,,2 * * * *", "'' is no minute"),
        ("* * * jam *", "'jam' is no month: 1 to 12"),
        ("* * 0 * *", "'0' is no day: 1 to 31"),
        ("0 0 31 2 *", "'0 0 31 2 *' never comes"),
        ("@reboot", "'@reboot' is no schedule: it has 1 fields"),
        ("\u0661 * * * *", "'\u0661' is no minute"),
    ],
)
def test_what_is_none_is_refused(text, said):
    with pytest.raises(RefusedError) as refused:
        cron.parse(text)
    assert refused.value.message == said


def fields():
    def field(least, most):
        number = st.integers(least, most)
        span = st.tuples(number, number).map(lambda two: f"{min(two)}-{max(two)}")
        step = st.integers(1, 30).map(lambda each: f"*/{each}")
        return st.one_of(st.just("*"), number.map(str), span, step)

    return st.tuples(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 7))


@given(fields(), st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)))  # noqa: DTZ001
def test_the_next_time_fits_and_none_before_it_does(parts, after):
    schedule = cron.parse(" ".join(parts))
    found = cron.following(schedule, after)
    assert found > after
    assert (found.second, schedule.fits(found)) == (0, True)
    minute = after.replace(second=0, microsecond=0)
    for _ in range(200):
        minute += timedelta(minutes=1)
        if minute >= found:
            break
        assert not schedule.fits(minute)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text):
    with suppress(RefusedError):
        assert cron.parse(text).minutes
