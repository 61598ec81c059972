"""What an agent wants to be woken for: kept with its identity, so it outlives its sessions."""

from __future__ import annotations

from gitgt.errors import NotFoundError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.documents import Agent, Notifications
from gitgt.services.agents import post
from gitgt.services.mail import nudges
from gitgt.services.town import Rig, Town


def level(town: Town, address: str) -> Notifications:
    """Return what *address* wants to be woken for."""
    found = town.ledger_at(_rig(town, address)).snapshot().agent_at(address)
    said = found.notifications if found else ""
    return Notifications(said or Notifications.NORMAL)


def set_level(town: Town, address: str, wanted: Notifications, who: Actor) -> bool:
    """Note what *address* wants to be woken for; tell whether that is new.

    Raises:
        NotFoundError: nobody of that address is there.
    """
    if address == post.MAYOR:
        post.enlist(town, post.mayor(town), who)
    ledger = town.ledger_at(_rig(town, address))
    said = "" if wanted is Notifications.NORMAL else wanted

    def decide(now: Snapshot) -> Change:
        old = _agent(now, address)
        new = old.replace(notifications=said)
        return Change(f"{address} wants {wanted} notifications", (new,), event="agent.quiet")

    before = ledger.head()
    return ledger.transact(decide, who).commit != before


def _rig(town: Town, address: str) -> Rig | None:
    place = nudges.place_of(town, address)
    return None if isinstance(place, Town) else place


def _agent(now: Snapshot, address: str) -> Agent:
    found = now.agent_at(address)
    if found is None:
        raise NotFoundError(
            f"{address} is nobody who is woken", hint="agents, crew and the mayor are"
        )
    return found
