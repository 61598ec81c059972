"""Instants as documents write them: RFC 3339 in UTC, for people."""

from __future__ import annotations

from datetime import UTC, datetime


def text_of(seconds: float) -> str:
    """Return an instant, given in seconds since the epoch, as documents write it."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def exact_text_of(seconds: float) -> str:
    """Return an instant to the millisecond; such texts sort as the times do."""
    when = datetime.fromtimestamp(seconds, UTC)
    return when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}Z"


def later_than(last: str, now: str) -> str:
    """Return *now*, an exact text, or if *last* is as late, the next millisecond after that."""
    if now > last:
        return now
    return exact_text_of(datetime.fromisoformat(last).timestamp() + 0.0011)


def exact_seconds_of(text: str) -> float:
    """Return an instant that a document writes, in seconds and their parts since the epoch."""
    return datetime.fromisoformat(text).timestamp()


def seconds_of(text: str) -> int:
    """Return an instant that a document writes, in seconds since the epoch."""
    return int(datetime.fromisoformat(text).timestamp())
