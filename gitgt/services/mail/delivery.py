"""What waits for an agent, handed over when a turn ends: mail, nudges, the radar's warnings.

``waiting`` claims it and says it as one fenced text; whoever has shown that calls
``delivered``. Killed in between, it is told again: at least once, and each message by its id.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Final

from gitgt.errors import NotFoundError
from gitgt.ledger.index import Row
from gitgt.model.actor import Actor
from gitgt.model.mail import showing
from gitgt.model.mail.showing import Item
from gitgt.model.radar.radar_nudges import Nudge as Collision
from gitgt.services.mail import boxes, nudges, steps, told
from gitgt.services.radar import radar_nudges
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_NUDGE: Final = "nudge-"
_RADAR: Final = "radar-"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is to be shown to an agent now; nothing, if there is no text.

    ``ids`` name it for ``delivered``. ``urgent`` tells that some of it does not bear waiting.
    """

    text: str = ""
    ids: tuple[str, ...] = ()
    urgent: bool = False


def waiting(town: Town, address: str, session: str) -> Waiting:
    """Return what *session* of *address* was not told yet, claimed for this process."""
    now = town.ledger.snapshot()
    said = nudges.take(town, address)
    warnings = {_key(each): each for each in _collisions(town, address)}
    unread = [each.id for each in sorted(boxes.unread_rows(now, address), key=_urgency)]
    names = [*warnings, *unread]
    fresh, more = told.take(town, address, session, names, most=showing.AT_ONCE)
    items = [
        *(showing.of_nudge(each) for each in said),
        *(_of_collision(warnings[name]) for name in fresh if name in warnings),
        *(showing.of_message(boxes.of(now, name)) for name in fresh if name not in warnings),
    ]
    found = showing.shown(address, items, more, lambda: _mark(town))
    left = {each.key for each in items} - {*found.keys}
    told.settle(town, address, session, (), left)
    nudges.give_back(town, address, left)
    return Waiting(found.text, found.keys, found.urgent)


def delivered(town: Town, address: str, session: str, ids: Sequence[str]) -> None:
    """Note that *session* was shown these: it is not told again.

    What tells something and was shown whole is read by that; of what asks for something, its
    receiver says when it is read.
    """
    nudges.tell(town, address, [each for each in ids if each.startswith(_NUDGE)])
    others = [each for each in ids if not each.startswith(_NUDGE)]
    told.settle(town, address, session, others)
    _tell_collisions(town, address, others)
    read = [each for each in others if not each.startswith(_RADAR) and _is_read(town, each)]
    if read:
        steps.read(town, read, Actor.agent(address), address)
        unread_count(town, address)  # so that the next glance finds the index warm


def _mark(town: Town) -> str:
    return f"{town.draw(16**8):08x}"


def _is_read(town: Town, name: str) -> bool:
    with suppress(NotFoundError):
        return showing.is_read_when_shown(boxes.of(town.ledger.snapshot(), name))
    return False


def _of_collision(nudge: Collision) -> Item:
    return Item(_key(nudge), "warning of a collision", "radar", nudge.text)


def _key(nudge: Collision) -> str:
    """Return what names a warning, as it is now: one with more paths is another."""
    import hashlib

    said = "\0".join((*nudge.key, *nudge.paths))
    return f"{_RADAR}{hashlib.sha256(said.encode()).hexdigest()[:12]}"


def _collisions(town: Town, address: str) -> list[Collision]:
    rig = _rig_of(town, address)
    return [] if rig is None else radar_nudges.waiting(rig, address)


def _tell_collisions(town: Town, address: str, ids: Iterable[str]) -> None:
    rig = _rig_of(town, address)
    if rig is None:
        return
    shown = [each for each in radar_nudges.waiting(rig, address) if _key(each) in {*ids}]
    if shown:
        radar_nudges.delivered(rig, shown)


def _rig_of(town: Town, address: str) -> Rig | None:
    with suppress(NotFoundError):
        place = nudges.place_of(town, address)
        return None if isinstance(place, Town) else place
    return None


def unread_count(town: Town, address: str) -> tuple[int, int]:
    """Return how many messages *address* has not read, and how many of them are urgent."""
    found = boxes.unread_rows(town.ledger.snapshot(), address)
    return len(found), sum(each.priority == 0 for each in found)


def _urgency(row: Row) -> int:
    return row.priority
