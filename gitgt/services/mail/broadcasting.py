"""Who hears a broadcast: whoever is at work now."""

from __future__ import annotations

from typing import Final

from gitgt.model.address import Address, Role
from gitgt.model.dispatch import SessionState
from gitgt.services.mail import directory, nudges
from gitgt.services.sessions import sessions
from gitgt.services.town import Town

_USUAL: Final = (Role.CREW, Role.POLECAT)


def listeners(town: Town, sender: str, *, rig: str, everybody: bool) -> list[str]:
    """Return the agents with a session that runs, of one rig if it is named.

    Raises:
        NotFoundError: there is no such rig.
    """
    if rig:
        town.rig(rig)
    found = [
        str(each)
        for each in directory.known(town).addresses
        if _is_meant(each, rig, everybody=everybody) and str(each) != sender
    ]
    return sorted(each for each in found if _is_at_work(town, each))


def _is_meant(who: Address, rig: str, *, everybody: bool) -> bool:
    if who.role is Role.OVERSEER or (rig and who.rig != rig):
        return False
    return everybody or who.role in _USUAL


def _is_at_work(town: Town, address: str) -> bool:
    place = nudges.place_of(town, address)
    return sessions.look(place, address).state is SessionState.RUNNING
