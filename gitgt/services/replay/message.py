"""What a replayed commit says: the original's words, and the bead that it closes."""

from __future__ import annotations

import re
from typing import Final

# What gitgt itself reads in messages. A history that was made with gitgt says such things of
# other beads and other days.
_READ_BY_US: Final = re.compile(
    r"^(?=(?:Bead|Closes|Escalate|Gitgt-[\w-]+)[ \t]*:)", re.I | re.M
)
_TRAILER: Final = re.compile(r"[A-Za-z0-9][\w-]*[ \t]*:[ \t]")


def quoted(message: str) -> str:
    """Return *message* with what gitgt would obey marked as the original's."""
    return _READ_BY_US.sub("Original-", message)


def closing(message: str, bead: str, *, attempt: int = 1) -> str:
    """Return *message* with the trailer that submits *bead*, at a later *attempt* saying so."""
    text = quoted(message).strip() or "(no message)"
    if attempt > 1:
        subject, line, rest = text.partition("\n")
        text = f"{subject} (attempt {attempt}){line}{rest}"
    last = text.rpartition("\n\n")[2] if "\n\n" in text else ""
    together = bool(last) and all(_TRAILER.match(row) for row in last.splitlines())
    return f"{text}{'' if together else chr(10)}\nCloses: {bead}\n"
