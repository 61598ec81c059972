"""A round of the witness: look at the agents of a rig, and help whom it can.

While a rig or the town is frozen, or all is down, nobody is looked at, and so nobody's patience
runs. Where the rig is parked or docked, only those are ended who are there for nothing; where a
person has stopped the witness, it only looks.
"""

from __future__ import annotations

from typing import Final

from gitgt.errors import BusyError, GtError
from gitgt.model.health.facts import Facts
from gitgt.model.health.findings import EndSession, LeaveAlone, Save, Step
from gitgt.model.health.plan import plan
from gitgt.services import freeze, rig_state, uptime
from gitgt.services.agents import wip
from gitgt.services.town import Rig, Town
from gitgt.services.witness import brake, helping, looking, scan
from gitgt.services.witness.looking import Round
from gitgt.values import dataclass

# How often those are looked at who work, in seconds; whoever begins, or has nothing to do
# there any more, more often.
EVERY: Final = 60.0
_SOON: Final = 20.0


@dataclass(frozen=True, slots=True)
class Went:
    """What a round found and did, and when the next one is due, if anybody works."""

    found: tuple[Step, ...] = ()
    done: tuple[Step, ...] = ()
    again_in: float | None = None


def go(town: Town, rig: Rig) -> Went:
    """Look at the polecats of *rig*, and do what is to be done.

    Raises:
        BusyError: somebody is at what one of the acts needs; the others were done.
        GtError: one of the acts could not be done; the others were.
    """
    if freeze.frozen(town, rig) or uptime.is_down(town):
        return Went()
    seen = looking.look(Round.of(town, rig), remembers=True)
    found = plan(seen)
    if brake.why_stopped(rig):
        return Went(tuple(found), again_in=_next(seen))
    is_off = rig_state.is_off(town, rig)
    done: list[Step] = []
    failed: list[GtError] = []
    for step in found:
        if isinstance(step.act, LeaveAlone) or (
            is_off and not isinstance(step.act, EndSession)
        ):
            continue
        try:
            did = helping.perform(town, rig, step)
        except GtError as error:
            failed.append(error)
        else:
            done += [did] if did else []
    if failed:  # who is busy is tried again
        raise next((each for each in failed if isinstance(each, BusyError)), failed[0])
    return Went(tuple(found), tuple(done), _next(seen))


def save(town: Town, rig: Rig) -> list[Step]:
    """Save what is in no snapshot in sandboxes at which nobody is; return whose that was.

    The role does that when a session ends: this finds what was changed there since.
    """
    found = [step for step in scan.steps(town, rig) if isinstance(step.act, Save)]
    for step in found:
        wip.save(town, rig, step.finding.address)
    return found


def _next(seen: list[Facts]) -> float | None:
    waits = [_due(each) for each in seen if each.runs]
    return min(waits, default=None)


def _due(facts: Facts) -> float:
    """Return in how many seconds somebody who has a session is to be looked at again."""
    watch, patience = facts.watch, facts.patience
    if not facts.at_it:
        left = patience.done - watch.alone
        return max(left, 1.0) if left > 0 else _SOON
    if facts.turn == "starting" or watch.gone or facts.loops or watch.nudges:
        return _SOON
    left = facts.patient - watch.quiet
    return min(EVERY, max(left, 1.0)) if left > 0 else EVERY
