"""Put a town's roles together: the one place that makes the real objects."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final

from gitgt.daemon.acting import acting
from gitgt.daemon.instance import Instance
from gitgt.errors import BusyError, GtError, NotFoundError, SettingsError
from gitgt.git import faults, landing
from gitgt.git.spool import Spool
from gitgt.model.actor import Actor
from gitgt.model.documents import Severity
from gitgt.reactor.key import Key, Reconciler
from gitgt.reactor.reactor import Reactor, Trouble
from gitgt.roles.bookkeeper import BookkeeperRole
from gitgt.roles.brake import BrakeRole
from gitgt.roles.chores import ChoresRole
from gitgt.roles.convoys import ConvoysRole
from gitgt.roles.courier import CourierRole
from gitgt.roles.deacon import DeaconRole
from gitgt.roles.desk import DeskRole
from gitgt.roles.dispatcher import DispatcherRole
from gitgt.roles.dogs import DogsRole
from gitgt.roles.escalations import EscalationsRole
from gitgt.roles.issues import IssuesRole
from gitgt.roles.keeper import KeeperRole
from gitgt.roles.postmaster import PostmasterRole
from gitgt.roles.pull_requests import PullRequestsRole
from gitgt.roles.radar import RadarRole
from gitgt.roles.receiver import ReceiverRole
from gitgt.roles.refinery import RefineryRole
from gitgt.roles.relief import ReliefRole
from gitgt.roles.scheduler import SchedulerRole
from gitgt.roles.warrants import WarrantsRole
from gitgt.roles.witness import WitnessRole
from gitgt.services import submit
from gitgt.services.escalation import escalations
from gitgt.services.queue import holding
from gitgt.services.radar.radar import Radars
from gitgt.services.town import Rig, Town
from gitgt.telemetry import logs

_LOG = logging.getLogger(__name__)
_WHO: Final = Actor.role("watcher")
# A pass ends when nothing is left to do; this many rounds say that two roles undo each other.
_ROUNDS: Final = 200
# For so many seconds a pass waits for what somebody else is at.
_PATIENCE: Final = 5.0


def roles(town: Town) -> list[Reconciler]:
    """Return the town's roles, in the order in which work passes through them."""
    radars = Radars(town)
    return [
        BrakeRole(town),
        DeskRole(town),
        ReceiverRole(town),
        WitnessRole(town),
        RefineryRole(town),
        PullRequestsRole(town),
        IssuesRole(town),
        RadarRole(town, radars),
        ReliefRole(town),
        KeeperRole(town),
        BookkeeperRole(town),
        SchedulerRole(town),
        DispatcherRole(town, radars),
        ConvoysRole(town),
        EscalationsRole(town),
        PostmasterRole(town),
        DogsRole(town),
        WarrantsRole(town),
        DeaconRole(town),
        ChoresRole(town),
    ]


def assemble(
    town: Town, *, ending: Callable[[], bool] = lambda: False, watching: bool = False
) -> Reactor:
    """Return the loop of *town*, with what an earlier one left half done put right.

    Only while somebody is *watching* ledgers are exchanged without being asked for.
    What fails while it is *ending* is told to nobody: whoever ends it with the keyboard ends
    what it has started with it, and the next one tries again.
    """
    for _, ledger in town.ledgers():
        try:
            landing.recover(ledger.repository, ledger=ledger.ref)
        except BusyError as error:  # the next landing there does it
            _LOG.warning("not recovered yet", extra={"why": error.message})
    those = [*roles(town), *([CourierRole(town)] if watching else [])]
    return Reactor(those, report=_reporter(town, ending), relieve=_reliever(town))


def _reporter(town: Town, ending: Callable[[], bool]) -> Callable[[Trouble], None]:
    def report(trouble: Trouble) -> None:
        said = {"key": f"{trouble.key.role}/{trouble.key.name}", "why": trouble.why}
        if ending():
            _LOG.info("not seen to before the end", extra=said)
            return
        _LOG.error("could not see to it", extra=said, exc_info=trouble.error)
        what = trouble.key.name or "anything"
        title = f"{trouble.key.role} cannot see to {what}: {trouble.why}"
        if trouble.stopped:
            title = f"{trouble.key.role} failed too often and rests for a while: {title}"
        try:
            submit.escalate(
                town,
                _rig_of(town, trouble.key.name),
                _WHO,
                severity=Severity.HIGH,
                title=title[:500],
                about=_about(trouble.key),
                cause=_cause(trouble),
            )
        except (GtError, OSError) as error:  # on a full disk the log has to do
            _LOG.info("could not escalate", extra={"why": str(error)})

    return report


def _reliever(town: Town) -> Callable[[Key], None]:
    def relieve(key: Key) -> None:
        """Close what was told of a role that could not see to something: now it could."""
        try:
            # While settings are spoiled, a rig's trouble is told in the town's ledger.
            for rig in {key.name: _rig_of(town, key.name), "hq": None}.values():
                escalations.settle(town, rig, _WHO, about=_about(key))
        except GtError as error:
            _LOG.info("could not close an escalation", extra={"why": str(error)})

    return relieve


def _cause(trouble: Trouble) -> str:
    """Return what all roles stumble over alike, so that it is one call; empty for others."""
    if isinstance(trouble.error, (NotFoundError, SettingsError)):
        return f"{trouble.key.name or 'all'}: {trouble.why}"
    return ""


def _about(key: Key) -> str:
    return f"{key.role}/{key.name or 'all'}"


def _rig_of(town: Town, name: str) -> Rig | None:
    """Return the rig called *name*; None stands for the town, also if no rig can be told."""
    try:
        return town.rigs_here().get(name)
    except SettingsError:
        return None


def one_pass(town: Town) -> bool:
    """Do all that is due now, if no watcher does; say whether it was done here.

    Several may be asked for at once: one does the work, and looks again for what the others
    left notes of.

    Raises:
        NotFoundError: the town has no ledger.
    """
    town.ledger.head()
    if faults.are_pretended():
        _settle(town)
        return True
    Spool.of(town.repository.common).leave(str(town.root))
    done = False
    while not Instance(town.gt).is_running() and _notes(town):
        with acting(town.gt) as mine:
            if not mine:
                return done
            _settle(town)
            holding.leave(town)
            done = True
    return done


def _settle(town: Town) -> None:
    if not faults.are_pretended():
        logs.keep(town.gt / "log")
    reactor = assemble(town)
    for _ in range(_ROUNDS):
        _take(town)
        now = time.monotonic()
        reactor.wake_all(now)
        reactor.turn(now)
        if Instance(town.gt).is_running():
            return  # a watcher came, and waits for us
        if not _notes(town) and not _wait_for_the_busy(reactor, now):
            return
    _LOG.error("a pass does not end")


def _wait_for_the_busy(reactor: Reactor, now: float) -> bool:
    """Wait for what will soon be free, since nobody else will; tell whether anything will."""
    retry = reactor.next_retry()
    if retry is None or retry - now > _PATIENCE:
        return False
    time.sleep(max(0.0, retry - time.monotonic()))
    return True


def _notes(town: Town) -> bool:
    return any(Spool.of(ledger.repository.common).waiting() for _, ledger in town.ledgers())


def _take(town: Town) -> None:
    for _, ledger in town.ledgers():
        Spool.of(ledger.repository.common).take()
