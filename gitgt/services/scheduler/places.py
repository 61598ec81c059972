"""The places of a town: who has one, and the one door through which a polecat's session begins.

Whoever starts one counts, over all rigs, while nobody else can: so two processes never start
one too many. What hangs on a hook and has no session yet has a place too, for whoever gives
out work.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from filelock import FileLock, Timeout

from gitgt.errors import AtCapacityError, BusyError, RefusedError
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.capacity import Limits, Live
from gitgt.model.dispatch import SessionState, is_polecat
from gitgt.model.documents import Bead
from gitgt.services import freeze
from gitgt.services.agents.hook import held
from gitgt.services.scheduler import rules
from gitgt.services.sessions import runtimes, sessions
from gitgt.services.town import Rig, Town

LOCK: Final = "places.lock"
# To make a sandbox of a large project may take so long.
_PATIENCE: Final = 120.0


def running(town: Town) -> list[Live]:
    """Return the sessions of polecats that go on, in all rigs."""
    return [each for rig in town.rigs_here().values() for each in _running(rig).values()]


def taken(town: Town) -> list[Live]:
    """Return the places that are taken: sessions, and what hangs on hooks and has none yet."""
    return [each for rig in town.rigs_here().values() for each in _taken(town, rig)]


def _running(rig: Rig) -> dict[str, Live]:
    return {
        address: Live(rig=rig.name, runtime=seen.run.runtime, bead=seen.bead)
        for address, seen in sessions.look_all(rig).items()
        if seen.state is SessionState.RUNNING and is_polecat(address)
    }


def _taken(town: Town, rig: Rig) -> Iterator[Live]:
    at_work = _running(rig)
    now = town.ledger_at(rig).snapshot()
    for each in at_work.values():
        yield replace(each, convoy=_convoy_of(now, each.bead))
    for address, name in held(now):
        # One whose session still ends with other work has its place for both.
        if address in at_work or not is_polecat(address):
            continue
        bead = now.from_index(name)
        asked = bead.agent if isinstance(bead, Bead) else ""
        runtime = runtime_of(town, rig, asked)
        yield Live(rig=rig.name, runtime=runtime, bead=name, convoy=_convoy_of(now, name))


def _convoy_of(now: Snapshot, name: str) -> str:
    """Return the convoy that was made for a bead; nothing for what nobody can read."""
    try:
        bead = now.from_index(name) if name else None
    except RefusedError:
        return ""
    return bead.convoy if isinstance(bead, Bead) else ""


def runtime_of(town: Town, rig: Rig, *asked: str) -> str:
    """Return the name of the runtime that a polecat of *rig* gets."""
    return runtimes.choose(town, rig, *asked, role="polecat").name


@contextmanager
def one(town: Town, rig: Rig, runtime: str) -> Iterator[None]:
    """Have a place for a session on *runtime* that begins within.

    Raises:
        AtCapacityError: there is none.
        BusyError: it is frozen.
        BusyError: somebody else is starting one, and does not come to an end.
    """
    town.gt.mkdir(exist_ok=True)
    lock = FileLock(town.gt / LOCK)
    try:
        lock.acquire(timeout=_PATIENCE, poll_interval=0.02)
    except Timeout as error:
        raise BusyError(
            "somebody else starts a session, and does not come to an end"
        ) from error
    try:
        freeze.check(town, rig)
        said = rules.rules(town)
        _check(rules.limits(town, said), running(town), rig, runtime)
        yield
    finally:
        lock.release()


def _check(limits: Limits, live: list[Live], rig: Rig, runtime: str) -> None:
    asked = (
        (limits.town, len(live), "the town"),
        (limits.rigs.get(rig.name, 0), sum(each.rig == rig.name for each in live), rig.name),
        (
            limits.runtimes.get(runtime, 0),
            sum(each.runtime == runtime for each in live),
            runtime,
        ),
    )
    for limit, count, whose in asked:
        if 0 < limit <= count:
            raise AtCapacityError(
                f"{count} of {limit} places of {whose} are taken",
                hint="git gt scheduler status; git gt config set scheduler.max_polecats N",
            )
