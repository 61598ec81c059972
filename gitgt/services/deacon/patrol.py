"""Make one patrol of a rig: look, plan, and do what is to be done; each act may be repeated."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from gitgt.errors import GtError, RefusedError
from gitgt.model.actor import Actor
from gitgt.model.deacon import Act, Course, Fate, Ping, Report, Stale, plan, redispatch
from gitgt.model.documents import Bead, Severity
from gitgt.model.ids import BeadId
from gitgt.model.wording import fit_line
from gitgt.services import beads, sling, submit
from gitgt.services.agents import sandbox, wip
from gitgt.services.deacon import looking, memory
from gitgt.services.mail import nudging
from gitgt.services.mail.nudging import Word
from gitgt.services.sessions import sessions
from gitgt.services.sling import Order
from gitgt.services.town import Rig, Town
from gitgt.services.warrants import filing

WHO: Final = Actor.role("deacon")
PING: Final = (
    "A health check: nothing was heard of you for long. Say in a line what you are at, or go"
    " on with what is on your hook."
)


def patrol(town: Town, rig: Rig) -> float | None:
    """See to one rig; return in how many seconds to come again, if at all.

    Raises:
        GtError: one of the acts cannot be done; the others were.
    """
    found = plan(looking.facts(town, rig), now=town.clock())
    memory.write(rig, found.checks)
    failed: list[GtError] = []
    for act in found.acts:
        try:
            perform(town, rig, act)
        except GtError as error:
            failed.append(error)
    if failed:
        raise failed[0]
    return found.again_in


def perform(town: Town, rig: Rig, act: Act) -> None:
    """Do what was planned; done twice it does nothing more."""
    match act:
        case Ping(address):
            ping(town, address)
        case Report(address, session, why):
            report(town, rig, address, session, why)
        case Course(bead, Fate.DISPATCHED):
            dispatch(town, bead)
        case Stale():
            unhook(town, rig, act)
        case Course():
            pass


def ping(town: Town, address: str) -> None:
    """Ask an agent to say a word."""
    nudging.nudge(town, [address], Word(text=PING), "deacon", WHO)


def report(town: Town, rig: Rig, address: str, session: str, why: str) -> bool:
    """Hand over that an agent does not answer: a warrant asks again before anything is ended.

    Another session of it that began meanwhile is not meant; tell whether it was handed over.
    """
    if sessions.look(rig, address).session != session:
        return False
    with suppress(RefusedError):  # its session has ended meanwhile
        filing.file(town, address, WHO, reason=why)
        return True
    return False


def dispatch(town: Town, bead: str) -> bool:
    """Sling given-back work again; tell whether it is on a hook now, or waits for a place."""
    [done] = sling.sling(town, [bead], Order(convoy=False), WHO)
    return _leave(town, bead, done) if isinstance(done, RefusedError) else True


def _leave(town: Town, bead: str, refusal: RefusedError) -> bool:
    """Note why it is not slung; a bead that waits, or a rig that rests, is no trouble."""
    town.events.append(
        "redispatch.refused", "deacon", {"bead": bead, "why": fit_line(refusal.message)}
    )
    return False


def again(town: Town, bead: Bead) -> Course:
    """Sling one bead again by hand, if it may be; return what became of it."""
    course = redispatch(looking.of_bead(town, bead), now=town.clock(), by_hand=True)
    if course.fate is Fate.ESCALATED:
        title = f"{bead.id} gets nowhere: {course.why}"
        submit.escalate(
            town, town.rig_of(bead.id), WHO, severity=Severity.HIGH, title=title,
            about=str(bead.id),
        )  # fmt: skip
    if course.fate is Fate.DISPATCHED:
        [done] = sling.sling(town, [bead.id], Order(convoy=False), WHO)
        if isinstance(done, RefusedError):
            return Course(str(bead.id), Fate.LEFT, why=done.message)
    return course


def unhook(town: Town, rig: Rig, found: Stale) -> bool:
    """Take a bead off the hook of somebody who is gone; tell whether it still was there.

    What lies in the worktree is saved first, and stays; its branch stays, too.
    """
    if sandbox.path_of(rig, found.address).is_dir():
        with suppress(GtError):
            wip.save(town, rig, found.address)
    try:
        beads.release_from(
            town, BeadId.parse(found.bead), found.address, WHO, reason=found.evidence
        )
    except RefusedError:
        return False  # somebody else has seen to it
    return True
