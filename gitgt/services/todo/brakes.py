"""What stands still because somebody wanted it so: freezes, queues, the scheduler, rigs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitgt.model.documents import Severity
from gitgt.model.instant import text_of
from gitgt.model.rate_limit import Source
from gitgt.model.todo import Entry
from gitgt.services import freeze, rig_state
from gitgt.services.deacon import pausing
from gitgt.services.queue import tuning
from gitgt.services.queue.tuning import Brake
from gitgt.services.rig_state import Kind
from gitgt.services.scheduler import rate_limits, rules
from gitgt.services.town import Rig, Town
from gitgt.services.witness import brake as witness

_OFF: Final = {
    Brake.FROZEN: "git gt mq thaw {rig}",
    Brake.PAUSED: "git gt refinery resume {rig}",
    Brake.STOPPED: "git gt refinery start {rig}",
}
_BACK: Final = {Kind.PARKED: "git gt rig unpark {rig}", Kind.DOCKED: "git gt rig undock {rig}"}


def frozen(town: Town) -> Iterator[Entry]:
    """Yield the emergency brakes that are on; one for the town stands for all its rigs."""
    whole = freeze.frozen(town)
    if whole is not None:
        yield _frozen("the town", "git gt thaw", whole)
        return
    for rig in town.rigs_here().values():
        if found := freeze.frozen(town, rig):
            yield _frozen(rig.name, f"git gt thaw --rig {rig.name}", found)


def _frozen(what: str, command: str, found: freeze.Freeze) -> Entry:
    return Entry(
        what=f"{what} is frozen: {found.why or 'nobody said why'}",
        about=f"freeze/{found.rig or 'town'}",
        severity=Severity.HIGH,
        since=found.since,
        command=command,
    )


def queues(town: Town) -> Iterator[Entry]:
    """Yield the queues that somebody froze, paused or stopped; there they do not hide."""
    for rig in town.rigs_here().values():
        set_to = tuning.tuning(town, rig)
        brake = set_to.brake
        if brake in _OFF:
            yield _queue(rig, brake, set_to.why(brake))


def _queue(rig: Rig, brake: Brake, why: str) -> Entry:
    return Entry(
        what=f"the queue of {rig.name} is {brake}: {why}",
        about=f"{rig.name}/{rig.target}",
        severity=Severity.MEDIUM,
        command=_OFF[brake].format(rig=rig.name),
    )


def scheduler(town: Town) -> Iterator[Entry]:
    """Yield what keeps work from being given out until somebody says otherwise."""
    why = rules.rules(town).paused
    if why:
        yield Entry(
            what=f"the scheduler is paused: {why}",
            about="scheduler",
            severity=Severity.MEDIUM,
            command="git gt scheduler resume",
        )
    for each in rate_limits.known(town).values():
        if each.source is Source.PERSON and not each.until:
            yield Entry(
                what=f"nobody is started on {each.runtime}: {each.said}",
                about=f"rate-limit/{each.runtime}",
                severity=Severity.LOW,
                since=text_of(each.at),
                command=f"git gt scheduler limit {each.runtime} --clear",
            )


def witnesses(town: Town) -> Iterator[Entry]:
    """Yield the rigs in which a person let the witness help nobody."""
    for rig in town.rigs_here().values():
        if why := witness.why_stopped(rig):
            _, since = witness.since(town, rig)
            yield Entry(
                what=f"the witness of {rig.name} is stopped: {why}",
                about=f"{rig.name}/witness",
                severity=Severity.LOW,
                since=since,
                command=f"git gt witness start {rig.name}",
            )


def deacon(town: Town) -> Iterator[Entry]:
    """Yield the deacon, if a person let it rest."""
    if sign := pausing.paused(town):
        yield Entry(
            what=f"the deacon is paused: {sign.why or 'nobody said why'}",
            about="deacon",
            severity=Severity.LOW,
            since=sign.since,
            command="git gt deacon resume",
        )


def rigs(town: Town) -> Iterator[Entry]:
    """Yield the rigs that are parked or docked."""
    for rig in town.rigs_here().values():
        found = rig_state.standing(town, rig)
        if found.is_off:
            why = f": {found.why}" if found.why else ""
            yield Entry(
                what=f"{rig.name} is {found.kind}{why}",
                about=f"rig/{rig.name}",
                severity=Severity.LOW,
                since=found.since,
                command=_BACK[found.kind].format(rig=rig.name),
            )
