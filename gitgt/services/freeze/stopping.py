"""Put the emergency brake on, take it off, and see that all sessions stand or go on so.

What is frozen is written first, and the sessions are brought in line with it: so whoever is
killed on the way does the rest when they come again, and so does the watcher.
"""

from __future__ import annotations

from collections.abc import Iterator

from gitgt.git.spool import Spool
from gitgt.ledger.freezes import Freezes
from gitgt.ledger.side_file import Said
from gitgt.model import freezes
from gitgt.model.actor import Actor
from gitgt.model.freezes import Freeze
from gitgt.model.instant import exact_text_of
from gitgt.model.wording import fit_line
from gitgt.services.freeze import frozen
from gitgt.services.sessions import sessions
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Stand:
    """Whose sessions stand still, whose go on again, and whose a person began and may end."""

    stopped: tuple[str, ...] = ()
    went_on: tuple[str, ...] = ()
    by_hand: tuple[str, ...] = ()


def stop(town: Town, rig: Rig | None, who: Actor, *, why: str) -> tuple[bool, Stand]:
    """Freeze *rig*, or the whole town; say if that is news, and who stands still now."""
    name = rig.name if rig else ""
    fresh = Freeze(
        rig=name, why=fit_line(why), by=who.address, since=exact_text_of(town.clock())
    )
    changed = Freezes(town.repository).change(
        lambda old: freezes.begun(freezes.recent(old, town.clock()), fresh),
        Said(f"freeze {fresh.place}", "town.frozen", who, town.clock()),
    )
    if changed:
        town.events.append("town.frozen", who.address, {"rig": name, "why": fresh.why})
    return changed, _settled(town)


def thaw(town: Town, rig: Rig | None, who: Actor) -> tuple[bool, Stand]:
    """Let *rig* go on, or the town with all its rigs; say if that is news, and who goes on."""
    name, at = (rig.name if rig else ""), exact_text_of(town.clock())
    changed = Freezes(town.repository).change(
        lambda old: freezes.recent(freezes.ended(old, name, at), town.clock()),
        Said(f"thaw {name or 'the town'}", "town.thawed", who, town.clock()),
    )
    if changed:
        town.events.append("town.thawed", who.address, {"rig": name})
    return changed, _settled(town)


def _settled(town: Town) -> Stand:
    stand = settle(town)
    for _, ledger in town.ledgers():  # whoever waits for the thaw, or has to stop, looks again
        Spool.of(ledger.repository.common).leave(str(town.root))
    return stand


def settle(town: Town) -> Stand:
    """Stop the sessions of what is frozen, and let all others go on that were stopped."""
    stopped: list[str] = []
    went_on: list[str] = []
    by_hand: list[str] = []
    for place in _places(town):
        is_frozen = frozen(town, None if isinstance(place, Town) else place) is not None
        launchers = sessions.sessions_of(place)
        for address in launchers.addresses():
            if not is_frozen:
                went_on += [address] if launchers.thaw(address) else []
            elif launchers.freeze(address):
                stopped.append(address)
            elif launchers.observe(address).is_running:
                by_hand.append(address)
    return Stand(tuple(stopped), tuple(went_on), tuple(by_hand))


def _places(town: Town) -> Iterator[Rig | Town]:
    yield town
    yield from town.rigs_here().values()
