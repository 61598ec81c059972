"""What a ledger commit says happened: a sentence for people, trailers for programs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from typing import Final

from gitgt.values import dataclass

EVENT: Final = "Gt-Event"
BEADS: Final = "Gt-Beads"
CLOCK: Final = "Gt-Clock"
AT: Final = "Gt-At"
SETTLED: Final = "Gt-Settled"  # a claim that the remote named had before it counted here
_TRAILER = re.compile(r"(?P<key>[A-Za-z][A-Za-z0-9-]*): (?P<value>.*)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Event:
    """One commit of a ledger.

    ``name`` is ``noun.verbed`` (``bead.slung``), ``clock`` a Lamport clock: one more than the
    greatest among the parents, so it grows along every path of the history. ``at`` is when it
    was written, to the millisecond: git's own date knows seconds only. It decides nothing.
    """

    subject: str
    name: str = ""
    beads: tuple[str, ...] = ()
    clock: int = 0
    trailers: Mapping[str, str] = field(default_factory=dict)
    at: str = ""

    def message(self) -> str:
        """Return the commit message that says this."""
        rows = {EVENT: self.name, BEADS: " ".join(self.beads), **self.trailers}
        rows |= {AT: self.at, CLOCK: str(self.clock)}
        said = [f"{key}: {one_line(value)}" for key, value in rows.items() if value]
        return f"{one_line(self.subject)}\n\n" + "\n".join(said) + "\n"

    @classmethod
    def parse(cls, message: str) -> Event:
        """Read a commit message, ours or one that a person wrote."""
        subject, _, body = message.strip().partition("\n")
        found: dict[str, str] = {}
        for row in body.strip().rpartition("\n\n")[2].splitlines():
            match = _TRAILER.fullmatch(row)
            if match:
                found[match["key"]] = match["value"]
        clock, at = found.pop(CLOCK, ""), found.pop(AT, "")
        return cls(
            subject=subject,
            name=found.pop(EVENT, ""),
            beads=tuple(found.pop(BEADS, "").split()),
            clock=int(clock) if clock.isascii() and clock.isdigit() and len(clock) < 16 else 0,
            trailers=found,
            at=at,
        )


def one_line(text: str) -> str:
    """Return *text* without line ends and control characters."""
    return _CONTROL.sub(" ", text).strip()
