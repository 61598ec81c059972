"""How loud a call for help is that does not say so, and who is the one to answer.

A table of words, of which the first row that has one of them decides. Nothing is judged beyond
that: who calls can always say how loud it is.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from gitgt.model.documents import Severity


class Call(NamedTuple):
    """What a call for help is about, how loud it is, and whom it concerns."""

    category: str
    severity: Severity
    route: str


class Row(NamedTuple):
    """Words, and what a call is that has one of them."""

    call: Call
    words: tuple[str, ...]


_OTHER: Final = Call("help", Severity.MEDIUM, "deacon")
ROWS: Final = (
    Row(
        Call("emergency", Severity.CRITICAL, "overseer"),
        (
            "security", "vulnerability", "breach", "unauthorized", "credential", "data loss",
            "data corruption", "system down",
        ),
    ),
    Row(
        Call("failed", Severity.HIGH, "deacon"),
        (
            "crash", "panic", "fatal", "segfault", "out of memory", "oom", "disk full",
            "no space left", "connection refused", "database error",
        ),
    ),
    Row(
        Call("blocked", Severity.HIGH, "mayor"),
        ("blocked", "waiting on", "conflict", "deadlock", "stuck", "cannot proceed"),
    ),
    Row(
        Call("decision", Severity.MEDIUM, "deacon"),
        ("which approach", "ambiguous", "unclear", "design choice", "architecture"),
    ),
    Row(
        Call("lifecycle", Severity.MEDIUM, "witness"),
        ("session", "respawn", "zombie", "hung", "timeout", "idle", "no progress"),
    ),
)  # fmt: skip


def classify(*texts: str) -> Call:
    """Return what a call for help with these *texts* is."""
    letters = (each if each.isalnum() else " " for each in " ".join(texts).lower())
    said = f" {' '.join(''.join(letters).split())} "
    return next((row.call for row in ROWS if _has(said, row.words)), _OTHER)


def _has(said: str, words: tuple[str, ...]) -> bool:
    """Tell whether a word is said, or a longer one that begins so: ``oom`` is not in room."""
    return any(f" {word}" in said for word in words)
