"""The first prompt of a session. What it says of the work is what ``prime`` says.

Its first line is the same in all of them, so a session is found by it among others, in the list
of those that a program can take up again.
"""

from __future__ import annotations

from gitgt.model.fence import line
from gitgt.model.instant import text_of
from gitgt.runtime.presets import Runtime
from gitgt.services import prime
from gitgt.services.town import Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why a session begins: *by* whom it is begun, and the *topic* (start, assigned, ...).

    One that goes on with what was said before is told how that ``ended``.
    """

    by: str
    topic: str
    bead: str = ""
    ended: str = ""


def opening(
    town: Town, address: str, runtime: Runtime, occasion: Occasion, *, session: str = ""
) -> str:
    """Return what *address* is told first, on a *runtime*.

    One with taps is told the rest by its first tap, so nobody reads it twice.

    Raises:
        RefusedError: there is no such agent, or rig.
    """
    first = beacon(address, occasion, at=text_of(town.clock()))
    if occasion.ended:
        rest = (
            f"You were cut short at {occasion.bead}: {line(occasion.ended)}. Go on where you"
            " were: git status and git log say where that is, git gt prime tells the rest.\n"
        )
    elif runtime.taps.are_there:
        rest = (
            f"You are {address}. Who that is, what is on your hook and what was tried before,"
            " your program's start hook tells you. If it did not, type: git gt prime."
            " Then begin.\n"
        )
    else:
        rest = prime.text(town, address, session=session)
    return f"{first}\n\n{rest}"


def beacon(address: str, occasion: Occasion, *, at: str) -> str:
    """Return the first line of a session."""
    topic = f"{occasion.topic}:{occasion.bead}" if occasion.bead else occasion.topic
    return f"[GITGT] {address} <- {line(occasion.by)} \u2022 {at} \u2022 {topic}"
