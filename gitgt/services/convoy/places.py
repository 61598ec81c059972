"""Rigs as convoys see them: for how many more there is room, and where nobody is started."""

from __future__ import annotations

from typing import Final

from gitgt.model.convoy.convoy_feed import Place
from gitgt.services import rig_state
from gitgt.services.agents.hook import held
from gitgt.services.freeze import frozen
from gitgt.services.scheduler import rules
from gitgt.services.sessions import sessions
from gitgt.services.town import Rig, Town

_ENDLESS: Final = 1_000_000


def places(town: Town) -> dict[str, Place]:
    """Return the rigs that are here; in the scheduler's line there is room for all."""
    why, waits = off(town), not rules.direct(town)
    return {
        name: Place(_ENDLESS if waits else _room(town, rig), why.get(name, ""))
        for name, rig in town.rigs_here().items()
    }


def signature(town: Town) -> object:
    """Return what is another whenever a convoy may have something to do."""
    tips = [ledger.repository.ref(ledger.ref) for _, ledger in town.ledgers()]
    limits = [sessions.limit(rig) for rig in town.rigs_here().values()]
    return (tips, limits, off(town), limit(town))


def _room(town: Town, rig: Rig) -> int:
    """Return how many more polecats could be at work: who has something on the hook counts."""
    busy = {who for who, _ in held(town.ledger_at(rig).snapshot()) if "/polecats/" in who}
    return max(0, sessions.limit(rig) - len(busy))


def off(town: Town) -> dict[str, str]:
    """Return the rigs where nobody is to be started, each with why."""
    found = {}
    for name, rig in town.rigs_here().items():
        standing, freeze = rig_state.standing(town, rig), frozen(town, rig)
        if standing.is_off:
            found[name] = _because(standing.kind, standing.why)
        elif freeze:
            found[name] = _because("frozen", freeze.why)
    return found


def _because(what: str, why: str) -> str:
    return f"{what}: {why}" if why else str(what)


def limit(town: Town) -> int | None:
    """Return how many agents may work at once in the town; None if that is not limited."""
    said = rules.rules(town)
    return None if said.is_direct else said.most
