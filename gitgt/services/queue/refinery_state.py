"""How the refinery of a rig stands, and the brakes that a person puts on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gitgt.git.command import git
from gitgt.git.records import layout, records
from gitgt.model.actor import Actor
from gitgt.model.instant import text_of
from gitgt.model.lifecycle import MergeStatus
from gitgt.model.queue.merge_eta import Eta
from gitgt.services.gates.gate_runs import GateRuns
from gitgt.services.gates.run_folder import AtWork
from gitgt.services.queue import conflicts, holders, queue_eta, queue_view, tuning
from gitgt.services.queue.holders import Turn
from gitgt.services.queue.merge_queue import Target
from gitgt.services.queue.queue_view import Seen
from gitgt.services.queue.tuning import Brake
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_DAY: Final = 86_400
_LAST: Final = 3
_FIELDS: Final = ("%ct", "%s", "%(trailers:key=Gt-Target,valueonly,separator=%x2C)")


@dataclass(frozen=True, slots=True)
class Line:
    """The queue of one target: how many wait, are tested, and so on; who is the next.

    ``empty_in`` is when the last of those that may go will probably have landed.
    """

    branch: str
    counts: dict[str, int]
    next: str = ""
    stops: tuple[str, ...] = ()
    empty_in: Eta | None = None
    turn: Turn | None = None  # whose it is to land there

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "branch": self.branch, **self.counts, "next": self.next, "stops": list(self.stops),
            "empty_in": self.empty_in.fields() if self.empty_in else None,
            "turn": self.turn.fields() if self.turn else None,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Landing:
    """What landed at once: when, which beads, on which branch."""

    at: str
    beads: tuple[str, ...]
    branch: str

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {"at": self.at, "beads": list(self.beads), "branch": self.branch}


@dataclass(frozen=True, slots=True)
class State:
    """The refinery of a rig: whether it runs, and if not, why, since when and by whom."""

    rig: Rig
    brake: Brake | None
    why: str
    by: str
    since: str
    slots: int
    testing: tuple[AtWork, ...]
    lines: tuple[Line, ...]
    landings: tuple[Landing, ...]
    landed: int  # in the last 24 hours
    red: float  # how often a request was red lately

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "rig": self.rig.name, "state": str(self.brake or "running"), "why": self.why,
            "by": self.by, "since": self.since, "slots": self.slots,
            "testing": [each.fields() for each in self.testing],
            "targets": [each.fields() for each in self.lines],
            "landings": [each.fields() for each in self.landings],
            "landed_in_24_hours": self.landed, "red": round(self.red, 3),
        }  # fmt: skip


def of(town: Town, rig: Rig) -> State:
    """Return how the refinery of *rig* stands."""
    set_to = tuning.tuning(town, rig)
    brake = set_to.brake
    runs = GateRuns(town, rig)
    by, since = tuning.since(town, rig, brake) if brake else ("", "")
    recent = list(_landings(town, rig, f"--since=@{int(town.clock()) - _DAY}"))
    return State(
        rig=rig,
        brake=brake,
        why=set_to.why(brake) if brake else "",
        by=by,
        since=since,
        slots=set_to.slots,
        testing=tuple(runs.at_work()),
        lines=tuple(_lines(town, rig)),
        landings=tuple(_landings(town, rig, f"-{_LAST}")),
        landed=sum(len(each.beads) for each in recent),
        red=runs.lately.rate(),
    )


def _lines(town: Town, rig: Rig) -> Iterator[Line]:
    seen = queue_view.of(town, rig)
    held = conflicts.held(town, [rig])
    etas = queue_eta.of(town, rig, held=held)
    turns = {each.branch: each for each in holders.of(town, rig)}
    branches = {rig.branch: None} | dict.fromkeys(each.request.target for each in seen)
    for branch in branches:
        mine = [each for each in seen if each.request.target == branch]
        line = [each.request.id for each in mine if each.place]
        yield Line(
            branch, _counts(mine), line[0] if line else "",
            queue_view.stops(town, Target(rig, branch)), _last(line, etas),
            turns.get(branch),
        )  # fmt: skip


def _last(line: Sequence[str], etas: Mapping[str, Eta]) -> Eta | None:
    known = [etas[each] for each in line if each in etas]
    return known[-1] if known else None


def _counts(seen: Sequence[Seen]) -> dict[str, int]:
    found = Counter(each.request.status for each in seen if not each.request.held)
    with_authors = found[MergeStatus.CONFLICT] + found[MergeStatus.REJECTED]
    return {
        "ready": sum(each.place > 0 for each in seen),
        "testing": sum(bool(each.testing) for each in seen),
        "held": sum(bool(each.request.held) for each in seen),
        "blocked": sum(each.is_blocked and not each.request.held for each in seen),
        "with_authors": with_authors,
        "escalated": found[MergeStatus.ESCALATED],
    }


def _landings(town: Town, rig: Rig, *which: str) -> Iterator[Landing]:
    ledger = town.ledger_at(rig)
    answer = git(
        "log", *which, "--grep=^Gt-Landed: ", f"--format={layout(_FIELDS)}", ledger.ref, "--",
        cwd=ledger.repository.common,
    )  # fmt: skip
    for at, subject, branch in records(answer, len(_FIELDS)):
        yield Landing(
            text_of(int(at)), tuple(subject.removeprefix("land ").split(", ")), branch
        )


def cancel(town: Town, rig: Rig) -> int:
    """Stop the gates that run for *rig*, whose verdicts nobody will know; return how many."""
    live = [each for each in GateRuns(town, rig).live() if not each.is_cancelled]
    for each in live:
        GateRuns(town, rig, each.branch).cancel(each.run)
    return len(live)


def restart(town: Town, rig: Rig, who: Actor, *, reason: str) -> int:
    """Stop what runs for *rig*, and begin anew: also what could not run is tried at once.

    Returns how many gates were stopped.
    """
    tuning.put_on(town, rig, Brake.STOPPED, reason, who)
    stopped = cancel(town, rig)
    GateRuns(town, rig).forget_troubles()
    tuning.take_off(town, rig, Brake.STOPPED, who)
    return stopped
