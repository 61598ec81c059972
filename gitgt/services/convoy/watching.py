"""Who wants to hear when a convoy has landed, by mail or by a nudge."""

from __future__ import annotations

from gitgt.errors import RefusedError
from gitgt.model.actor import Actor
from gitgt.model.address import is_address
from gitgt.model.documents import Convoy
from gitgt.services.convoy import convoys, launching
from gitgt.services.town import Town


def watch(town: Town, name: str, address: str, who: Actor, *, nudge: bool = False) -> Convoy:
    """Let *address* hear of a convoy.

    Raises:
        RefusedError: that is nobody's address.
    """
    whom = checked(address)

    def step(old: Convoy) -> Convoy:
        if nudge:
            return old.replace(nudge_watchers=_with(old.nudge_watchers, whom))
        return old.replace(watchers=_with(old.watchers, whom))

    found = convoys.find(town, name)
    return launching.change(town, found, who, step, f"{whom} watches", "convoy.watched")


def unwatch(town: Town, name: str, address: str, who: Actor) -> Convoy:
    """Let *address* hear nothing more of a convoy."""
    whom = checked(address)

    def step(old: Convoy) -> Convoy:
        return old.replace(
            watchers=tuple(each for each in old.watchers if each != whom),
            nudge_watchers=tuple(each for each in old.nudge_watchers if each != whom),
        )

    found = convoys.find(town, name)
    return launching.change(town, found, who, step, f"{whom} unwatches", "convoy.watched")


def checked(address: str) -> str:
    """Return *address* as it is written in a convoy.

    Raises:
        RefusedError: it is none.
    """
    whom = address.rstrip("/")
    if not is_address(whom):
        raise RefusedError(
            f"{address!r} is no address", hint="such as mayor, overseer, shop/crew/ann"
        )
    return whom


def _with(known: tuple[str, ...], whom: str) -> tuple[str, ...]:
    return tuple(sorted({*known, whom}))
