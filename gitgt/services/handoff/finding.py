"""Who is meant by an address whose role's word was left out: whoever is there."""

from __future__ import annotations

from gitgt.errors import NotFoundError
from gitgt.model.address import Address
from gitgt.services.handoff.seat import Seat, seat_of
from gitgt.services.town import Town


def seat(town: Town, address: str) -> Seat:
    """Return where the agent at *address* sits; ``shop/ann`` may be a polecat or of the crew.

    Raises:
        NotFoundError: nobody is there.
        RefusedError: it is no address.
    """
    found = Address.parse(address)
    if found.role is not None:
        return seat_of(town, str(found))
    now = town.ledger_at(town.rig(found.rig)).snapshot()
    for each in found.spellings:
        if now.agent_at(each) is not None:
            return seat_of(town, each)
    raise NotFoundError(f"there is no agent {address!r}", hint="git gt agents")
