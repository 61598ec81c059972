"""Times in words that git knows: yesterday, last friday, 3 months ago."""

from __future__ import annotations

from pathlib import Path

from gitgt.git.command import attempt


def instant(text: str, now: float, cwd: Path) -> float | None:
    """Return the instant, in UTC, that *text* means to git if it is *now*; None if none.

    Of words that it does not know git makes now: who asks has looked at them before.
    """
    clock = {"TZ": "UTC", "GIT_TEST_DATE_NOW": str(int(now))}
    told = attempt("rev-parse", f"--since={text}", cwd=cwd, env=clock)
    age = told.stdout.decode().strip().removeprefix("--max-age=")
    return float(age) if told.ok and age.isdigit() else None
