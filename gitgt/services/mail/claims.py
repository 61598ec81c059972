"""Who is telling something just now: a process, by its number and when it started.

As long as it lives, nobody else tells the same; if it dies before it was done, everybody may.
"""

from __future__ import annotations

import os

from gitgt.runtime.identity import identify


def mine() -> str:
    """Return the claim of this process: one word without a dot."""
    return _word(os.getpid())


def holds(claim: str) -> bool:
    """Tell whether whoever made *claim* still runs."""
    pid = claim.partition("-")[0]
    return pid.isdigit() and _word(int(pid)) == claim


def _word(pid: int) -> str:
    who = identify(pid)
    return f"{pid}-{who.started if who else 'gone'}".replace(".", "_")
