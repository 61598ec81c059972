"""Do what was planned about an agent, if it still is so when it is looked at once more.

Between two looks anything may have happened: the agent went on, ended, or was ended. So each
act is preceded by a close look, and what would end a session by another one after its work was
saved; if a single sign is another by then, nothing is done.
"""

from __future__ import annotations

import logging
from typing import Final

from gitgt.model.actor import Actor
from gitgt.model.documents import Severity
from gitgt.model.health.findings import Call, EndSession, LeaveAlone, Nudge, Restart, Save, Step
from gitgt.model.health.plan import is_same, judge
from gitgt.model.health.watch import nudged
from gitgt.model.wording import fit_line
from gitgt.runtime import process
from gitgt.services import submit
from gitgt.services.agents import attended, wip
from gitgt.services.sessions import resuming, sessions
from gitgt.services.town import Rig, Town
from gitgt.services.witness import looking, memory
from gitgt.services.witness.looking import Round

WHO: Final = Actor.role("witness")
# So many seconds whoever was asked to end has for it.
_TO_END: Final = 20.0
_LOG = logging.getLogger(__name__)


def perform(town: Town, rig: Rig, planned: Step) -> Step | None:
    """Do what was *planned*; return what was done, None if it is not so any more.

    Raises:
        BusyError: somebody begins a session there just now.
        GtError: it could not be done, and why.
    """
    if isinstance(planned.act, LeaveAlone):
        return None
    step = _again(town, rig, planned)
    if step is None:
        return None
    return step if _do(town, rig, step) else None


def _do(town: Town, rig: Rig, step: Step) -> bool:
    """Do it, and tell whether it was done."""
    match step.act:
        case Nudge(text):
            return _nudge(town, rig, step, text)
        case Restart(why):
            return _end(town, rig, step, why, passes=False)
        case EndSession(why, passes):
            return _end(town, rig, step, why, passes=passes)
        case Call(title):
            return _call(town, rig, step, title)
        case Save():
            wip.save(town, rig, step.finding.address)
            return True
        case LeaveAlone():
            return False


def _again(town: Town, rig: Rig, planned: Step) -> Step | None:
    """Look closely, and return what is odd about the same agent's session, or work, now.

    A close look may show why it is to be left alone, or that a person is to be called.
    """
    finding = planned.finding
    for facts in looking.look(Round.of(town, rig), [finding.address], closely=True):
        for step in judge(facts):
            now = step.finding
            if isinstance(step.act, LeaveAlone):
                continue
            if (now.session, now.mark) == (finding.session, finding.mark):
                return step
    return None


def _still_so(town: Town, rig: Rig, step: Step) -> bool:
    facts = looking.look(Round.of(town, rig), [step.finding.address], closely=True)
    return is_same(step, (each for one in facts for each in judge(one)))


def _nudge(town: Town, rig: Rig, step: Step, text: str) -> bool:
    address, session = step.finding.address, step.finding.session
    folder = sessions.folder_of(rig, address, session)
    sessions.sessions_of(rig).send(address, f"[gt] {text}")
    # What is typed twice does less harm than what is thought to be typed and is not.
    if (watch := memory.recall(folder)) is not None:
        memory.remember(folder, nudged(watch))
    town.events.append("agent.nudged", address, _facts(step))
    return True


def _end(town: Town, rig: Rig, step: Step, why: str, *, passes: bool) -> bool:
    """Save the agent's work, and ask its session to end; the dispatcher sees who goes on."""
    address, session = step.finding.address, step.finding.session
    asked = process.asked_for(sessions.folder_of(rig, address, session))
    if asked is not None and asked < _TO_END:
        return False
    with attended.taking(town, rig, address):
        wip.save(town, rig, address)
        if not _still_so(town, rig, step):
            return False
        sessions.say_why(rig, address, session, f"{resuming.BY_WITNESS}{why}")
        if passes:
            sessions.forgive_one(rig, address, session)
        launchers = sessions.sessions_of(rig)
        if asked is None:
            launchers.ask_to_stop(address, goes_on=True)
        else:  # it was asked, and is there all the same
            launchers.stop(address)
    town.events.append("session.ended-by-witness", address, _facts(step))
    _LOG.info("ended", extra={"agent": address, "session": session, "why": why})
    return True


def _call(town: Town, rig: Rig, step: Step, title: str) -> bool:
    finding = step.finding
    submit.escalate(
        town, rig, WHO, severity=Severity.HIGH, title=fit_line(title), about=finding.address,
        description="\n".join([*finding.evidence, f"see it: git gt attach {finding.address}"]),
    )  # fmt: skip
    return True


def _facts(step: Step) -> dict[str, object]:
    finding = step.finding
    return {
        "kind": str(finding.kind), "session": finding.session, "bead": finding.bead,
        "act": step.act.word, "evidence": list(finding.evidence),
    }  # fmt: skip
