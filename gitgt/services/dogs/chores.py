"""Chores of the repositories: what there is to do, and to do it, behind a lease.

To look starts no process. To do is harmless if it is done twice, or if somebody is killed amid
it: what goes is in the trash before it goes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from gitgt.errors import BusyError, GtError
from gitgt.git import orphans, packing, trash
from gitgt.model import chores as rules
from gitgt.model.chores import Chore, Fact
from gitgt.model.documents import Severity
from gitgt.model.properties import opens_in
from gitgt.services import leases, properties, submit
from gitgt.services.dogs import backup, branches, main_test, patrol, tries
from gitgt.services.dogs.settings import Tuning, tuning
from gitgt.services.escalation import escalations
from gitgt.services.gates.gate_runs import GateRuns
from gitgt.services.plugins.runs import WHO
from gitgt.services.town import Rig, Town

# So long one may take; a holder that died is succeeded at once.
_LASTS: Final = 3600.0
_INTENTS: Final = "refs/gt/intent/"


def facts(town: Town, rig: Rig | None, *, since: float | None = None) -> Iterator[Fact]:
    """Yield how it stands with each chore of one repository.

    *since* is from when on somebody has looked: what nobody remembers was done by then.
    """
    begun = town.clock() if since is None else since
    how = tuning(town, rig)
    place = rig.name if rig else ""
    for chore in Chore:
        if chore in how.off:
            continue
        if chore is Chore.DOCTOR and rig is not None:
            continue  # it looks at all rigs
        before = tries.last(town, chore, place)
        wanted, ripe, rests = _look(town, rig, chore, how)
        if chore is Chore.DOCTOR and before is None:
            ripe = begun + rules.RESTS[chore]
        yield Fact(
            chore=chore, place=place, wanted=wanted, ripe_at=ripe, rests=rests,
            tried_at=before.at if before else None,
        )  # fmt: skip


def is_busy(town: Town, rig: Rig | None) -> bool:
    """Tell whether a gate or a landing is at work in a repository."""
    if town.ledger_at(rig).repository.refs(_INTENTS):
        return True
    return rig is not None and bool(GateRuns(town, rig).live())


def opens_at(town: Town, rig: Rig | None) -> float | None:
    """Return when heavy chores may begin; None if they may now."""
    if rig is None:
        return None
    window = str(properties.get(town, rig, "maintenance_window").value)
    now = datetime.fromtimestamp(town.clock())  # noqa: DTZ006 - a day of the machine's own
    wait = opens_in(window, 60 * now.hour + now.minute)
    return town.clock() + 60.0 * wait if wait else None


def do(town: Town, rig: Rig | None, chore: Chore, *, force: bool = False) -> str:
    """Do a chore, and say what was done; three failures in a row call a person.

    With *force* a ledger is copied, too, that has lost many beads.

    Raises:
        LeaseHeldError: somebody else is at it.
        BusyError: a gate or a landing is at work, and it is heavy.
        GtError: it failed, and why.
    """
    place = rig.name if rig else ""
    repository = town.ledger_at(rig).repository
    if chore in rules.HEAVY and is_busy(town, rig):
        raise BusyError(
            f"{chore} waits: a gate or a landing is at work in {place or 'the town'}"
        )
    with leases.held(town, repository, f"chore-{chore}", WHO.address, lasts=_LASTS):
        try:
            said, mark = _done(town, rig, chore, force=force)
        except BusyError:
            raise
        except (GtError, OSError) as error:
            _note_failure(town, rig, chore, str(error))
            raise
        tries.note(town, chore, place, mark=mark)
        escalations.settle(town, rig, WHO, about=_about(chore, place))
    return said


def _look(
    town: Town, rig: Rig | None, chore: Chore, how: Tuning
) -> tuple[bool, float | None, float | None]:
    """Return whether there is something to do, when there will be, and how long it rests."""
    repository = town.ledger_at(rig).repository
    match chore:
        case Chore.TRASH:
            oldest = next(iter(trash.discarded(repository)), None)
            due = oldest.since + how.trash if oldest else None
            return due is not None and due <= town.clock(), due, None
        case Chore.WORKTREES:
            return bool(orphans.orphans(repository.common, now=town.clock())), None, None
        case Chore.BRANCHES:
            due = branches.next_due(town, rig, keep=how.branches) if rig else None
            return due is not None and due <= town.clock(), due, None
        case Chore.PACK:
            found = packing.crowd(repository.common)
            crowded = rules.is_crowded(loose=found.loose, packs=found.packs, refs=found.refs)
            return crowded, None, None
        case Chore.BACKUP:
            return backup.is_wanted(town, rig, how), None, how.backup_every
        case Chore.MAIN:
            return main_test.is_wanted(town, rig, how), None, how.main_every
        case Chore.DOCTOR:
            return False, town.clock(), None


def _done(town: Town, rig: Rig | None, chore: Chore, *, force: bool) -> tuple[str, str]:
    """Do a chore; return what is said of it, and a mark for what it was done for."""
    how = tuning(town, rig)
    repository = town.ledger_at(rig).repository
    match chore:
        case Chore.TRASH:
            gone = trash.expire(repository, before=town.clock() - how.trash)
            return f"{len(gone)} refs left the trash", ""
        case Chore.WORKTREES:
            left = orphans.let_go(repository, now=town.clock())
            return f"{len(left)} worktrees whose folder is gone are forgotten", ""
        case Chore.BRANCHES:
            names = branches.collect(town, rig, keep=how.branches) if rig else []
            return f"{len(names)} branches are in the trash", ""
        case Chore.PACK:
            packing.pack(repository, within=_LASTS)
            return "packed", ""
        case Chore.BACKUP:
            return backup.push(town, rig, how, force=force)
        case Chore.MAIN:
            return main_test.run(town, rig), ""
        case Chore.DOCTOR:
            return patrol.look(town), ""


def _note_failure(town: Town, rig: Rig | None, chore: Chore, why: str) -> None:
    place = rig.name if rig else ""
    noted = tries.note(town, chore, place, why=why)
    if noted.fails >= rules.PATIENCE:
        title = f"{chore} of {place or 'the town'} failed {noted.fails} times: {why}"
        submit.escalate(
            town, rig, WHO, severity=Severity.HIGH, title=title, about=_about(chore, place)
        )


def _about(chore: Chore, place: str) -> str:
    return f"chore/{chore}/{place or 'hq'}"
