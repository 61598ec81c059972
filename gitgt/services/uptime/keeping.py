"""Keep up whom ``up`` has begun: who ended against their will is begun again.

That is the mayor or a member of the crew whose session ended badly, or vanished. Who was
stopped, or has left by themselves, stays away; and so does whom a person has begun.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitgt.errors import BusyError, GtError
from gitgt.model import restarts
from gitgt.model.actor import Actor
from gitgt.model.documents import Severity
from gitgt.model.restarts import Begin, Stop, Trail, Wait
from gitgt.runtime.launcher import Session, SessionState
from gitgt.services import submit
from gitgt.services.escalation import escalations
from gitgt.services.sessions import session_records, sessions
from gitgt.services.town import Rig, Town
from gitgt.services.uptime import coming_up, going_down, trails

_WHO: Final = Actor.role("keeper")
_STOPPED: Final = "it was stopped"
# A session that goes on from another one is kept up as that was.
_GOES_ON: Final = (session_records.HANDOFF, "turn")
# A session that was killed together with its shim leaves no note; the kernel's word is asked.
_UNTIL_ASKED: Final = 5.0


def keep(town: Town, place: Rig | Town) -> float | None:
    """Begin again who ended against their will; return in how many seconds the next is due."""
    waits: list[float] = []
    for address in fallen(town, place):
        trail = trails.of(town, address)
        match restarts.plan(trail, now=town.clock()):
            case Begin():
                _begin(town, place, address, trail)
            case Wait(seconds):
                waits.append(seconds)
            case Stop(fresh=True):
                _give_up(town, place, address)
            case Stop():
                pass
    if _any_runs(place):
        waits.append(_UNTIL_ASKED)
    return min(waits, default=None)


def _any_runs(place: Rig | Town) -> bool:
    seen = sessions.look_all(place)
    return any(
        each.run.is_running and going_down.is_attended(address)
        for address, each in seen.items()
    )


def fallen(town: Town, place: Rig | Town) -> Iterator[str]:
    """Yield who was kept up, and has ended against their will."""
    for address, seen in sessions.look_all(place).items():
        if not going_down.is_attended(address) or not ended_badly(seen.run):
            continue
        if is_kept(town, place, address):
            yield address


def is_kept(town: Town, place: Rig | Town, address: str) -> bool:
    """Tell whether the last session of *address* goes back to one that we began for ``up``."""
    told = session_records.records(town, place, address=address)
    topics = (each.topic for each in reversed(told) if each.topic not in _GOES_ON)
    return next(topics, "") == coming_up.TOPIC


def ended_badly(run: Session) -> bool:
    """Tell whether a session has ended against the will of whoever sat there."""
    if run.state is SessionState.LOST:
        return True
    return run.state is SessionState.ENDED and run.problem not in ("", _STOPPED)


def _begin(town: Town, place: Rig | Town, address: str, trail: Trail) -> None:
    """Begin it again; that counts as a try whatever comes of it."""
    now = town.clock()
    trails.change(town, address, lambda _: restarts.settled(trail, now=now).begun(now))
    try:
        coming_up.begin(town, place, address, _WHO)
    except BusyError:
        raise
    except (GtError, OSError) as error:
        town.events.append("session.kept", address, {"why": str(error)})
    else:
        escalations.settle(town, _rig(place), _WHO, about=address)


def _give_up(town: Town, place: Rig | Town, address: str) -> None:
    # In this order: whoever is killed in between calls once more, which is the same call.
    submit.escalate(
        town, _rig(place), _WHO, severity=Severity.HIGH, about=address,
        title=f"{address} ended {restarts.LOOP} times in a quarter of an hour, and is begun no"
        f" more: git gt daemon clear-backoff {address}",
    )  # fmt: skip
    trails.change(town, address, lambda old: Trail(old.at, stopped=True))


def _rig(place: Rig | Town) -> Rig | None:
    return None if isinstance(place, Town) else place
