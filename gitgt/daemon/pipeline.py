"""What one run of a pipeline does: look what happened, decide, do it, and report."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gitgt.daemon import ending
from gitgt.daemon.instance import Instance
from gitgt.daemon.refining import refine
from gitgt.model.ci.event import Happened
from gitgt.model.ci.plan import Nothing, Places, Refine, RunGates, Verify, plan
from gitgt.model.ci.report import Report
from gitgt.services import sync
from gitgt.services.ci import passing, reporting, telling, testing, verifying
from gitgt.services.ci.room import Names, Room, room, take_settings
from gitgt.services.gates.probe_branch import PROBE_BRANCH
from gitgt.services.town import Town

# So long may take to end whoever is at work when a pipeline is over.
_GRACE: Final = 2.0
Shown = Callable[[bytes], None]


def run(
    checkout: Path, environ: Mapping[str, str], happened: Happened, shown: Shown,
    clock: Callable[[], float] = time.time,
) -> Report:  # fmt: skip
    """Do what is to be done about what *happened*; *shown* gets what gates print.

    Raises:
        GtError: it could not be done, and why.
    """
    places = Places(Names.said(environ).ledger, PROBE_BRANCH)
    todo = plan(happened, places)
    if isinstance(todo, Nothing) and not happened.new:
        return Report(f"nothing to do: {todo.why}")
    old = todo.old if isinstance(todo, Verify) else ""
    with room(checkout, environ, happened.product, clock, old=old) as found, _alone(found.town):
        now = found.town.ledger_at(found.rig).snapshot()
        known = Places(found.rig.ledger_branch, PROBE_BRANCH, testing.asked(now))
        return _done(found, plan(happened, known), shown)


@contextmanager
def _alone(town: Town) -> Iterator[None]:
    """Be the watcher of a momentary town, and end whoever is left in it.

    A gate whose end nobody watches for has a pass of all roles made, which would start agents
    here, and go on while the town is removed.
    """
    with Instance(town.gt).held():
        try:
            yield
        finally:
            ending.sweep(town.root, _GRACE)


def _done(room: Room, todo: Verify | RunGates | Refine | Nothing, shown: Shown) -> Report:
    match todo:
        case Verify():
            return reporting.of_verification(verifying.verify(room, todo))
        case RunGates():
            return _tested(room, todo, shown)
        case Refine():
            return _refined(room)
        case Nothing(why):
            return Report(f"nothing to do: {why}")


def _tested(room: Room, todo: RunGates, shown: Shown) -> Report:
    take_settings(room)
    room.check_writes()
    found = testing.test(room, todo, shown)
    report = reporting.of_test(found, testing.logs(room, found))
    said = telling.comment(room, found, report)
    return reporting.with_note(report, said)


def _refined(room: Room) -> Report:
    take_settings(room)
    room.check_writes()
    passing.check(room)
    before = passing.requests(room)
    refine(room.town, room.rig)
    proposed = passing.propose(room)
    followed = passing.follow(room)
    sync.sync(room.town, room.rig)
    held = [*passing.brake(room), *passing.others(room)]
    report = reporting.of_pass(before, passing.requests(room), held, proposed)
    return reporting.with_issues(report, followed)
