"""Whether it is time for a plugin: of what is known of its runs, and of what happened since."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Final

from gitgt.model import cron
from gitgt.model.plugin import GateKind, Plugin
from gitgt.values import dataclass

# A condition is asked no more often than this, whatever it says.
ASK_EVERY: Final = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is known of a plugin's past.

    ``last`` is when its last run began, ``since`` from when on we have looked. ``asked`` is
    when its condition was tried last, ``happened`` whether its event came since the last run.
    """

    since: float
    last: float | None = None
    running: bool = False
    asked: float | None = None
    happened: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """It is time; if the *check*, a command, says so."""

    check: str = ""


@dataclass(frozen=True, slots=True)
class Later:
    """It is not; ``at`` is None if only news or a person can change that."""

    at: float | None
    why: str


def judge(plugin: Plugin, past: Past, *, now: float, zone: tzinfo | None = None) -> Due | Later:
    """Return whether *plugin* is to run *now*; its schedule is in *zone*, or the machine's."""
    if past.running:
        return Later(None, "it runs just now")
    gate = plugin.gate
    match gate.kind:
        case GateKind.COOLDOWN:
            return _at((past.last or 0.0) + gate.every if past.last else now, now, "it rests")
        case GateKind.CRON:
            due = _next(gate.schedule, past.last or past.since, zone)
            return _at(due, now, "its time has not come")
        case GateKind.CONDITION:
            known = [each for each in (past.asked, past.last) if each is not None]
            due = max(known) + max(gate.every, ASK_EVERY) if known else now
            return Due(gate.check) if due <= now else Later(due, "its condition rests")
        case GateKind.EVENT:
            return Due() if past.happened else Later(None, f"no {gate.on} came")
        case GateKind.MANUAL:
            return Later(None, "it runs when somebody asks")


def _at(due: float, now: float, why: str) -> Due | Later:
    return Due() if due <= now else Later(due, why)


def _next(schedule: str, after: float, zone: tzinfo | None) -> float:
    when = datetime.fromtimestamp(after, zone)  # without a zone it is the machine's
    found = cron.following(cron.parse(schedule), when)
    assert found is not None  # what never comes is no schedule
    return found.timestamp()
