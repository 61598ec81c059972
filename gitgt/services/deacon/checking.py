"""One health check by hand: ask an agent, and wait for a sign of life."""

from __future__ import annotations

import time
from typing import Any, Final

from gitgt.errors import RefusedError
from gitgt.model.deacon import Check, Live, Ping, Report, Terms, check
from gitgt.model.dispatch import SessionState
from gitgt.services import freeze
from gitgt.services.agents.hook_record import full
from gitgt.services.deacon import looking, memory, patrol
from gitgt.services.sessions import sessions
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_LOOK_EVERY: Final = 0.2


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking: who, in words, how many pings in a row were in vain, and a code."""

    address: str
    told: str
    fails: int
    exit_code: int

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "address": self.address, "told": self.told, "fails": self.fails,
            "alive": self.exit_code == 0,
        }  # fmt: skip


def by_hand(town: Town, named: str, terms: Terms) -> Answer:
    """Ask the agent *named*, and wait for its answer.

    Raises:
        RefusedError: it has no session, or its rig has none of its own.
        BusyError: it is frozen, and cannot answer.
    """
    address = full(town, named)
    if "/" not in address:
        raise RefusedError(f"{address} is nobody's to ping", hint="name RIG/NAME")
    rig = town.rig(address.partition("/")[0])
    freeze.check(town, rig)
    known = {each.address: each for each in memory.read(rig)}
    after, act = check(
        _live(town, rig, address), known.get(address), now=town.clock(), terms=terms,
        by_hand=True,
    )  # fmt: skip
    if isinstance(act, Ping):
        patrol.ping(town, address)
        after, act = _waited(town, rig, after, terms)
    memory.write(rig, {**known, address: after}.values())
    if isinstance(act, Report):
        patrol.report(town, rig, address, act.session, act.why)
    return _answer(after, act, asked=known.get(address))


def _waited(
    town: Town, rig: Rig, asked: Check, terms: Terms
) -> tuple[Check, Ping | Report | None]:
    until = time.monotonic() + terms.answer
    while time.monotonic() < until:
        live = _live(town, rig, asked.address)
        if live.mark != asked.mark:
            return check(live, asked, now=town.clock(), terms=terms)
        time.sleep(_LOOK_EVERY)
    live = _live(town, rig, asked.address)
    return check(live, asked, now=asked.asked + terms.answer, terms=terms)


def _live(town: Town, rig: Rig, address: str) -> Live:
    seen = sessions.look(rig, address)
    if seen.state is not SessionState.RUNNING:
        raise RefusedError(f"{address} has no session", hint="git gt session list")
    return looking.one(rig, town.ledger_at(rig).snapshot(), address, seen)


def _answer(after: Check, act: Ping | Report | None, *, asked: Check | None) -> Answer:
    if isinstance(act, Report):
        return Answer(after.address, f"{act.why}; a warrant is filed", after.fails, 2)
    if after.fails and (asked is None or after.fails > asked.fails):
        return Answer(after.address, f"no answer, {after.fails} in a row", after.fails, 1)
    if after.fails:
        return Answer(after.address, "asked just now, and no answer yet", after.fails, 0)
    return Answer(after.address, "it lives", 0, 0)
