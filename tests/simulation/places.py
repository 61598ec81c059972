"""How many may be at work at once, what stands in the way besides room, and who is at work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from gitgt.model.capacity import ALL_RIGS, Limits, Live, Standing
from gitgt.model.dispatch import SessionState
from gitgt.model.rate_limit import Limited, Source, met
from tests.simulation.town import EVERYWHERE, Rig, Session, Town

RUNTIMES = ("claude", "codex", "gemini")
BATCH = 4


@cache
def runtime_of(bead: str) -> str:
    """Return the program that a bead is worked on with."""
    return RUNTIMES[sum(map(ord, bead)) % len(RUNTIMES)]


def limits(town: Town) -> Limits:
    """Return how many may live at once."""
    rigs = {rig.name: rig.limit for rig in town.rigs.values()}
    town_limit = max(1, sum(rigs.values()) * 9 // 10)
    runtimes = {RUNTIMES[-1]: max(1, town_limit // 4)}
    return Limits(town=town_limit, rigs=rigs, runtimes=runtimes, batch=BATCH)


def standing(town: Town) -> Standing:
    """Return what stands in the way besides room."""
    stopped = dict(town.parked)
    if town.frozen:
        stopped[ALL_RIGS] = town.frozen
    return Standing(paused=town.paused, stopped=stopped, limited=dict(town.limited))


def running(town: Town) -> list[Live]:
    """Return the places that sessions take, as far as can be told."""
    return [
        Live(rig=rig.name, runtime=runtime_of(session.bead), bead=session.bead)
        for rig in town.rigs.values()
        for session in _seen(town, rig)
    ]


def taken(town: Town) -> list[Live]:
    """Return the places that sessions take, and those that whoever is hooked will."""
    live = running(town)
    known = {each.bead for each in live}
    return live + [
        Live(rig=rig.name, runtime=runtime_of(bead), bead=bead)
        for rig in town.rigs.values()
        for _, bead in rig.ledger.held()
        if bead not in known
    ]


def _seen(town: Town, rig: Rig) -> Iterable[Session]:
    return [
        seen.session
        for address in list(rig.perhaps_live)
        if (seen := town.look(rig, address)).state is SessionState.RUNNING and seen.session
    ]


def note_tries(town: Town, beads: Iterable[str]) -> None:
    """Note whose session finds out whether a program answers again."""
    for bead in beads:
        runtime = runtime_of(bead)
        town.limited[runtime] = replace(town.limited[runtime], trying=bead)


def forget_tries(town: Town, rig: Rig, at_work: Iterable[str]) -> None:
    """Let others try whether a program answers, where the one that was to does not run."""
    beads = set(at_work)
    for runtime, each in town.limited.items():
        if each.trying.startswith(f"{rig.ledger.prefix}-") and each.trying not in beads:
            town.limited[runtime] = replace(each, trying="")


def reach(town: Town, session: Session, *, until: float, over: float) -> None:
    """Let a session hear that its program answers no more; *until* is said, or 0."""
    runtime = runtime_of(session.bead)
    found = Limited(
        runtime=runtime, source=Source.TRANSCRIPT, said="usage limit reached",
        at=town.clock.now, until=until,
    )  # fmt: skip
    town.limited[runtime] = met(town.limited.get(runtime), found)
    town.limit_over[runtime] = max(over, town.limit_over.get(runtime, 0.0))
    town.tell(EVERYWHERE)


def answers(town: Town, session: Session) -> bool:
    """Let a session find out whether its program answers; tell whether it does."""
    runtime = runtime_of(session.bead)
    if runtime not in town.limited:
        return True
    if town.clock.now < town.limit_over[runtime]:
        reach(town, session, until=0.0, over=0.0)
        return False
    del town.limited[runtime]
    town.tell(EVERYWHERE)
    return True
