"""Begin, end and talk into sessions by hand, whoever's they are."""

from __future__ import annotations

import time
from typing import Final

from gitgt.errors import NotFoundError, RefusedError
from gitgt.model.actor import Actor
from gitgt.model.address import Address, Role
from gitgt.model.dispatch import SessionState
from gitgt.runtime import progress
from gitgt.runtime.launcher import Delivery, Kind
from gitgt.runtime.progress import Turn
from gitgt.services import sling
from gitgt.services.agents import attended, hook, post, wip
from gitgt.services.agents.post import Post
from gitgt.services.scheduler import places
from gitgt.services.sessions import next_turn, sessions
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

Place = Rig | Town
_LOOK_EVERY: Final = 0.05


@dataclass(frozen=True, slots=True)
class Said:
    """What became of a text: ``taken``, if the session has begun a turn on it."""

    session: str
    taken: bool


def start(town: Town, place: Place, address: str, who: Actor, *, agent: str = "") -> str:
    """Begin the session of *address* if none goes on; return its name.

    Raises:
        RefusedError: a polecat with nothing on its hook has nothing to begin for.
        GtError: it cannot be had, and why.
    """
    if is_polecat(address) and isinstance(place, Rig):
        return _start_polecat(town, place, address, who)
    return attended.start(town, _post(town, place, address), who, attended.Wish(agent)).session


def stop(town: Town, place: Place, address: str) -> bool:
    """End the session of *address*, what it has not committed saved; tell if there was one."""
    if not sessions.is_running(place, address):
        return False
    if isinstance(place, Rig):
        wip.save(town, place, address)
    sessions.sessions_of(place).stop(address)
    if isinstance(place, Rig):
        wip.save(town, place, address)
    sessions.tell_ended(town, place, {address: sessions.look(place, address)})
    return True


def say(town: Town, place: Place, address: str, text: str, *, patience: float) -> Said:
    """Type *text* for *address* and wait so long for a turn to begin.

    One that is without a terminal, and has ended, takes its conversation up for it.

    Raises:
        RefusedError: there is nobody to say it to.
    """
    launchers = sessions.sessions_of(place)
    seen = launchers.observe(address)
    if seen.launcher == Kind.EXEC and not seen.is_running:
        return Said(next_turn.begin(town, place, address, text), taken=True)
    given = launchers.send(address, text)
    return Said(given.session, _is_taken(given, patience))


def _is_taken(given: Delivery, patience: float) -> bool:
    """Tell whether the session's taps have said that it went on to something else."""
    until = time.monotonic() + patience
    while True:
        went = progress.read(given.folder)
        if went.at != given.before and went.turn is not Turn.STARTING:
            return True
        if time.monotonic() > until:
            return False
        time.sleep(_LOOK_EVERY)


def _start_polecat(town: Town, rig: Rig, address: str, who: Actor) -> str:
    held = hook.at(town, address)
    if not held:
        raise RefusedError(
            f"{address} has nothing on its hook, so it has nothing to begin for",
            hint=f"git gt sling BEAD {address}",
        )
    with attended.taking(town, rig, address):
        seen = sessions.look(rig, address)
        if seen.state is SessionState.RUNNING:
            return seen.session
        sling.enlist(town, rig, address, who)
        now = town.ledger_at(rig).snapshot()
        asked = now.agent_at(address)
        own = asked.agent if asked else ""
        with places.one(town, rig, places.runtime_of(town, rig, held[0].agent, own)):
            sessions.start(town, rig, now, now.bead(held[0].id))
    return sessions.look(rig, address).session


def _post(town: Town, place: Place, address: str) -> Post:
    who = Address.parse(address)
    if who.role is Role.MAYOR:
        return post.mayor(town)
    if who.role is Role.CREW and isinstance(place, Rig):
        return post.present(town, place, who.name)
    raise NotFoundError(
        f"{address} is no agent that has sessions",
        hint="the mayor, crew members and polecats have; the others are code",
    )


def is_polecat(address: str) -> bool:
    """Tell whether *address* is that of an agent that works by itself."""
    return Address.parse(address).role is Role.POLECAT
