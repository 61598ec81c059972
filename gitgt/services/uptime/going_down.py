"""Note that a town goes down, and who sits there: before anything is ended."""

from __future__ import annotations

from collections.abc import Iterator

from gitgt.ledger.downs import Downs
from gitgt.ledger.side_file import Said
from gitgt.model import downs
from gitgt.model.actor import Actor
from gitgt.model.address import Address, Role
from gitgt.model.downs import Down
from gitgt.services.sessions import sessions
from gitgt.services.town import Rig, Town


def note(town: Town, who: Actor, *, remember: bool = True) -> Down:
    """Note that *town* goes down, and who sits there; return that.

    With *remember* they are begun again when it comes up. Polecats are in any case, by what is
    on their hooks.
    """
    sat = dict(attended(town)) if remember else {}
    fresh = Down(since=town.now(), by=who.address, sat=sat)
    Downs(town.repository).change(
        lambda old: downs.noted(old, fresh) if remember else fresh,
        Said("go down", "town.down", who, town.clock()),
    )
    return fresh


def attended(town: Town) -> Iterator[tuple[str, str]]:
    """Yield whom people talk to and who sits there now, with the name of the session."""
    for place in places(town):
        for address, seen in sessions.look_all(place).items():
            if seen.run.is_running and is_attended(address):
                yield address, seen.session


def places(town: Town) -> Iterator[Rig | Town]:
    """Yield wherever sessions are kept: the town's own, and each rig's."""
    yield town
    yield from town.rigs_here().values()


def is_attended(address: str) -> bool:
    """Tell whether *address* is one of those that people talk to."""
    return Address.parse(address).role in (Role.MAYOR, Role.CREW)
