"""A nudge: a word in somebody's ear at the end of their turn. Momentary, and never history.

It waits until a turn ends, it is delivered once, and one that nobody could be told in time has
expired: its sender hears of that.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Final

from gitgt.errors import RefusedError
from gitgt.model.wording import fit_text
from gitgt.values import dataclass

DEPTH: Final = 50  # that wait for one agent
MOST_TEXT: Final = 4000
LASTS: Final = 30 * 60.0
LASTS_IF_URGENT: Final = 2 * 3600.0
KEPT: Final = 24 * 3600.0  # how long one that expired stays in sight


class NudgeState(StrEnum):
    """How far a nudge is; what was delivered is gone."""

    WAITING = "waiting"
    CLAIMED = "claimed"  # somebody is telling it just now
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Nudge:
    """What *sender* has to say to *to*; not before ``after``, if that is set."""

    id: str
    to: str
    sender: str
    text: str
    urgent: bool = False
    at: float = 0.0
    after: float = 0.0

    @property
    def expires(self) -> float:
        """When it is too late to say it."""
        return max(self.at, self.after) + (LASTS_IF_URGENT if self.urgent else LASTS)

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "id": self.id,
            "to": self.to,
            "sender": self.sender,
            "text": self.text,
            "urgent": self.urgent,
            "at": self.at,
            "after": self.after,
        }


def worded(text: str) -> str:
    """Return the text of a nudge, fit to be kept.

    Raises:
        RefusedError: it says nothing, or too much.
    """
    said = fit_text(text).strip()
    if not said:
        raise RefusedError("a nudge says something", hint='git gt nudge TARGET "..."')
    if len(said) > MOST_TEXT:
        raise RefusedError(
            f"{len(said)} characters are too many for a nudge; {MOST_TEXT} may be",
            hint="git gt mail send takes more",
        )
    return said


def due(nudges: Iterable[Nudge], now: float) -> list[Nudge]:
    """Return what is to be said now: what is urgent first, then the oldest."""
    fit = (each for each in nudges if each.after <= now < each.expires)
    return sorted(fit, key=order)


def order(each: Nudge) -> tuple[bool, float, str]:
    """Return where a nudge stands among others: what is urgent first, then the oldest."""
    return (not each.urgent, each.at, each.id)


def late(nudges: Iterable[Nudge], now: float) -> list[Nudge]:
    """Return what has expired."""
    return [each for each in nudges if each.expires <= now]
