"""Take the warrants a step further: ask, wait, pardon, end. Only sessions end, never more."""

from __future__ import annotations

from typing import Final

from gitgt.errors import BusyError, GtError
from gitgt.git import snapshot
from gitgt.model import warrant as rules
from gitgt.model.actor import Actor
from gitgt.model.documents import Severity, Warrant
from gitgt.model.instant import text_of
from gitgt.model.lifecycle import WarrantStatus
from gitgt.model.warrant import Ask, End, Execute, Finish, GiveUp, Pardon, Seen, Step, Wait
from gitgt.model.wording import fit_text
from gitgt.services import submit
from gitgt.services.mail import nudging
from gitgt.services.mail.nudging import Word
from gitgt.services.sessions import session_control
from gitgt.services.town import Rig, Town
from gitgt.services.warrants import filing, looking
from gitgt.services.warrants.filing import WHO

# Asked, answered, decided, ended, noted: no warrant takes more steps at one time.
_STEPS: Final = 6


def drive(town: Town) -> float | None:
    """Do what is to be done about all warrants now; return when somebody has to look again.

    Raises:
        BusyError: a session is just being begun or ended by somebody else.
    """
    steps: list[Step] = []
    for _ in range(_STEPS):
        warrants = filing.every(town)
        if not warrants:
            return None
        now = town.clock()
        seen = {each.about: looking.seen(town, each, now=now) for each in warrants}
        planned = rules.plan(warrants, seen, now=now)
        for warrant, step in planned:
            perform(town, warrant, step, seen[warrant.about])
        steps = [step for _, step in planned]
        if all(isinstance(step, Wait) for step in steps):
            break
    return rules.next_look(steps)


def execute(town: Town, named: str, who: Actor, *, force: bool) -> Warrant:
    """End the session of an agent now, as a person wants it; return the warrant as it ended.

    Raises:
        RefusedError: it may not be, see :func:`filing.condemn`.
        EnvironmentProblemError: the session cannot be ended.
    """
    warrant = filing.condemn(town, named, who, force=force)
    return end(town, warrant, who)


def end(town: Town, warrant: Warrant, who: Actor) -> Warrant:
    """End what *warrant* is about, if it is still there, and write what was found.

    Raises:
        GtError: it cannot be ended.
    """
    seen = looking.seen(town, warrant, now=town.clock())
    step = rules.judge(warrant, seen, now=town.clock())
    if isinstance(step, End):
        place = filing.place_of(town, warrant.about)
        session_control.stop(town, place, warrant.about)
    return _finish(town, warrant, seen, who)


def perform(town: Town, warrant: Warrant, step: Step, seen: Seen) -> None:
    """Do one step; done twice it does nothing more."""
    match step:
        case Ask(number, patience):
            _ask(town, warrant, number, patience, seen)
        case Pardon(why):
            filing.pardon(town, str(warrant.id), WHO, reason=why)
            looking.heard(town, warrant)
        case GiveUp():
            _give_up(town, warrant)
        case Execute():
            subject = f"{warrant.about} does not answer: its session is to end"
            filing.step(town, warrant, WarrantStatus.EXECUTING, WHO, subject)
        case End() | Finish():
            _end(town, warrant)
        case Wait():
            pass


def _ask(town: Town, warrant: Warrant, number: int, patience: float, seen: Seen) -> None:
    """Ask, and then note it: who is killed in between asks once more."""
    now = town.clock()
    asked = warrant.replace(number=number)
    word = Word(text=rules.question(asked, number, patience), urgent=True, force=True)
    nudging.nudge(town, [warrant.about], word, looking.ASKER, WHO)
    filing.step(
        town, warrant, WarrantStatus.INTERROGATING, WHO,
        f"ask {warrant.about} whether it lives, {number} of {len(rules.PATIENCE)}",
        number=number, session=seen.session, started_at=text_of(now),
        due_at=text_of(now + patience), evidence=rules.written(seen.evidence),
    )  # fmt: skip


def _give_up(town: Town, warrant: Warrant) -> None:
    """Leave it to a person whether a session is ended that people sit with."""
    title = f"{warrant.about} does not answer, and people sit with it: {warrant.description}"
    submit.escalate(
        town, None, WHO, severity=Severity.MEDIUM, title=title, about=str(warrant.id),
        description=f"git gt warrant execute {warrant.about} --force",
    )  # fmt: skip
    subject = f"{warrant.about} does not answer, and people sit with it"
    filing.step(town, warrant, WarrantStatus.UNANSWERED, WHO, subject)


def _end(town: Town, warrant: Warrant) -> None:
    try:
        end(town, warrant, WHO)
    except BusyError:
        raise
    except GtError as error:
        title = f"the session of {warrant.about} cannot be ended: {error.message}"
        submit.escalate(
            town, None, WHO, severity=Severity.HIGH, title=title, about=str(warrant.id)
        )
        filing.step(
            town, warrant, WarrantStatus.FAILED, WHO, title, reason=fit_text(error.message),
            closed_at=town.now(),
        )  # fmt: skip


def _finish(town: Town, warrant: Warrant, seen: Seen, who: Actor) -> Warrant:
    return filing.step(
        town, warrant, WarrantStatus.EXECUTED, who, f"the session of {warrant.about} has ended",
        findings=fit_text(_epitaph(town, warrant, seen)), closed_at=town.now(),
    )  # fmt: skip


def _epitaph(town: Town, warrant: Warrant, seen: Seen) -> str:
    """Return what is to be remembered of a session that was ended."""
    asked = f"asked {warrant.number} times in vain" if warrant.number else "not asked"
    lines = [f"The session {warrant.session} of {warrant.about} was ended: {asked}."]
    if seen.evidence:
        lines.append(f"It stood so: {rules.written(seen.evidence)}")
    place = filing.place_of(town, warrant.about)
    if isinstance(place, Rig):
        saved = town.ledger_at(place).repository.ref(f"{snapshot.WIP}{warrant.about}")
        if saved:
            lines.append(f"What it had not committed: {saved} (git gt recover)")
    return "\n".join(lines)
