"""Where between a good commit and a bad one the first bad one is: a pure search."""

from __future__ import annotations

from collections.abc import Sequence

from gitgt.model.gate import Verdict


def gap(verdicts: Sequence[Verdict | None]) -> tuple[int, int] | None:
    """Return a good commit and the next one known to be bad; None if there is no such pair.

    *verdicts* are those of a chain of commits, the oldest first, None where none is known.
    """
    bad = next((n for n, each in enumerate(verdicts) if each is Verdict.FAIL), None)
    good = [n for n, each in enumerate(verdicts[:bad]) if each is Verdict.PASS]
    return None if bad is None or not good else (good[-1], bad)


def next_look(verdicts: Sequence[Verdict | None]) -> int | None:
    """Return which commit to test: the middle of the gap; None if nothing there is unknown.

    A commit on which the gate could not run tells nothing, and is gone around.
    """
    found = gap(verdicts)
    if found is None:
        return None
    low, high = found
    unknown = [n for n in range(low + 1, high) if verdicts[n] is None]
    middle = (low + high) / 2
    return min(unknown, key=lambda n: (abs(n - middle), n), default=None)
