"""Try to deliver what is due, and note what came of it.

What stays in the town - mail, the log - is written by whoever looks. What goes out into the
world may hang there: a process of its own sends it, one at a time, each with a deadline, and
nobody waits for that process. A kill between sending and noting sends it once more, with the
same id, by which a receiver can tell.
"""

from __future__ import annotations

import fcntl
import hashlib
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import FrameType
from typing import Final

from gitgt.errors import EnvironmentProblemError, GtError
from gitgt.ledger.deliveries import Deliveries
from gitgt.model.actor import Actor
from gitgt.model.documents import Escalation, MessageType
from gitgt.model.escalation.letter import Letter
from gitgt.model.escalation.plan import Deliver, Delivery
from gitgt.model.escalation.routes import Kind, Settings
from gitgt.model.wording import fit_line
from gitgt.services.escalation import channels, escalations, looking
from gitgt.services.mail import sending as mail
from gitgt.services.town import Town

WHO: Final = Actor.role("escalations")
LOCAL: Final = (Kind.MAIL, Kind.LOG)
_DEADLINE: Final = 30.0  # for one, whatever the other side does
_PRIORITY: Final = {"critical": 0, "high": 1, "medium": 2, "low": 3}


def deliver(town: Town, *, again: bool = False) -> list[Delivery]:
    """Send all that is due to go out now, and *again* what is not due yet since it failed.

    Another process that is at it already sees to all: then nothing is done here.
    """
    done: list[Delivery] = []
    with _alone(town) as mine:
        while mine:
            known = looking.known(town)
            early = {key for key, each in known.deliveries.items() if again and each.why}
            early -= {each.key for each in done}
            kept = {key: each for key, each in known.deliveries.items() if key not in early}
            acts = replace(known, deliveries=kept).plan(town.clock()).acts
            due = [each for each in acts if isinstance(each, Deliver) and _goes_out(each)]
            if not due:
                break
            tries = known.deliveries[due[0].key].tries if due[0].key in early else due[0].tries
            done.append(attempt(town, replace(due[0], tries=tries), known.settings))
    return done


def _goes_out(act: Deliver) -> bool:
    return act.channel.kind not in LOCAL


def attempt(town: Town, act: Deliver, settings: Settings) -> Delivery:
    """Try once to deliver, and note what came of it."""
    try:
        found = escalations.one(town, act.key.escalation)
        _send(town, act, found, settings)
        why = ""
    except GtError as error:
        why = fit_line(error.message, longest=300)
    done = Delivery(act.key, town.clock(), act.tries + 1, why)
    Deliveries(town.repository).note(done)
    facts = {"channel": act.channel.kind, "severity": act.key.severity, "why": why}
    told = "escalation.undelivered" if why else "escalation.delivered"
    town.events.append(told, act.key.escalation, facts)
    return done


def _send(town: Town, act: Deliver, found: Escalation, settings: Settings) -> None:
    letter = Letter(act.key.id, found, town.root.name)
    if act.channel.kind is Kind.MAIL:
        _mail(town, act, letter)
        return
    with _deadline(_DEADLINE):
        channels.send(town, act.channel, letter, settings)


def _mail(town: Town, act: Deliver, letter: Letter) -> None:
    """Write to somebody of the town; once, since the letter's id stands on it."""
    label = f"delivery:{hashlib.sha256(letter.id.encode()).hexdigest()[:20]}"
    now = town.ledger.snapshot()
    if now.index.labeled(now.commit, label):
        return
    written = mail.Letter(
        subject=letter.subject,
        body=letter.body,
        priority=_PRIORITY[letter.escalation.severity],
        message_type=MessageType.ESCALATION,
        thread=str(letter.escalation.id),
        labels=(label, "escalation"),
    )
    mail.send(town, written, [act.channel.to], sender=WHO.address, who=WHO)


@contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    """End what is within after *seconds*, however slowly the other side drips."""

    def late(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - signal's form
        raise EnvironmentProblemError("the other side did not answer in time")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _alone(town: Town) -> Iterator[bool]:
    """Tell whether no other process sends; the kernel forgets one that was killed."""
    path = town.gt / "escalations.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True
