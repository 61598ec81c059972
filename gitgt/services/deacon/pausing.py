"""Let the deacon rest: a sign in the town's repository that says who, why and since when."""

from __future__ import annotations

from typing import Final

from gitgt.ledger import signs
from gitgt.ledger.signs import Sign
from gitgt.model.actor import Actor
from gitgt.services.town import Town

PAUSED: Final = "refs/gt/paused"


def paused(town: Town) -> Sign | None:
    """Return why the deacon rests, and since when; None if it does not."""
    return signs.read(town.repository, PAUSED)


def pause(town: Town, who: Actor, *, why: str = "") -> bool:
    """Let the deacon make no patrols any more; tell whether that is news."""
    subject = f"pause the deacon{f': {why}' if why else ''}"
    return signs.hang(town.repository, PAUSED, who, why=why, subject=subject, now=town.clock())


def resume(town: Town, who: Actor) -> bool:
    """Let the deacon make its patrols again; tell whether it rested."""
    return signs.take_down(
        town.repository, PAUSED, who, subject="let the deacon go on", now=town.clock()
    )


def told(sign: Sign) -> str:
    """Return in words why the deacon rests."""
    why = f": {sign.why}" if sign.why else ""
    return f"the deacon is paused since {sign.since} by {sign.by}{why}"
