"""The postmaster's rounds: what could not be delivered becomes visible, once.

Each is safe to do again and to be killed in: what says that it was done is written in the same
commit as what was done.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from typing import Final

from gitgt.errors import GtError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.dispatch import SessionState
from gitgt.model.documents import Message, MessageType, Severity
from gitgt.model.help_calls import Call, classify
from gitgt.model.instant import seconds_of
from gitgt.model.lifecycle import MessageStatus
from gitgt.model.mail import rounds as policy
from gitgt.model.mail.nudge import Nudge
from gitgt.model.wording import fit_line
from gitgt.services import submit
from gitgt.services.mail import boxes, directory, notices, nudges, queues, steps
from gitgt.services.sessions import sessions
from gitgt.services.town import Rig, Town

WHO: Final = Actor.role("postmaster")
_OVERSEER: Final = "overseer"
_URGENT: Final = 0


def expire(town: Town, place: Rig | Town) -> None:
    """Set aside the nudges of *place* that came too late, and tell their senders."""
    for each in nudges.expire(town, place):
        facts = {"to": each.to, "sender": each.sender, "text": each.text}
        town.events.append("nudge.expired", each.to, facts)
        if each.sender not in (_OVERSEER, WHO.address):
            _tell_back(town, each)
        if each.urgent:
            _escalate(
                town, place, f"{each.to} could not be told in time: {each.text}", each.to,
                f"{each.sender} nudged it, and no turn of it ended.",
            )  # fmt: skip


def send_back(town: Town) -> None:
    """Tell the senders of mail for nobody who is there; it stays, for who may come back."""
    there = {str(each) for each in directory.known(town).addresses}
    told: list[Message] = []

    def is_nobodys(box: str) -> bool:
        return ":" not in box and box not in there

    def decide(now: Snapshot) -> Change | None:
        unread = boxes.lying(now, MessageStatus.UNREAD, is_nobodys)
        told[:] = policy.undeliverable(unread, there)
        if not told:
            return None
        marked = [
            each.replace(labels=tuple(sorted({*each.labels, policy.UNDELIVERABLE})))
            for each in told
        ]
        bounces = [_bounce(town, now, each) for each in told if _may_bounce(each, there)]
        subject = fit_line(f"undeliverable: {', '.join(str(each.id) for each in told)}")
        return Change(subject, (*marked, *bounces), event="mail.undeliverable")

    if decide(town.ledger.snapshot()) is not None:
        town.ledger.transact(decide, WHO)
    for each in told:
        if each.priority == _URGENT:
            _escalate(
                town, town, f"{each.recipient} is not there for urgent mail: {each.title}",
                str(each.id), f"{each.created_by} wrote it. git gt mail read {each.id}",
            )  # fmt: skip


def release_claims(town: Town) -> None:
    """Give back to their queues what those had claimed who are gone, or whose session ended."""
    there = {str(each) for each in directory.known(town).addresses}
    claimed = queues.claimed(town.ledger.snapshot())
    lost = {each.id for each in claimed if each.reader not in there or _has_ended(town, each)}
    if lost:
        queues.release_lost(town, lost, WHO)


def call_for_help(town: Town) -> None:
    """Let a person hear calls for help that were sent to roles which are code."""
    unread = boxes.lying(town.ledger.snapshot(), MessageStatus.UNREAD, policy.is_of_code)
    for each in policy.asks_for_a_person(unread, _at_work(town, unread)):
        rig = town.rigs_here().get(each.recipient.partition("/")[0])
        call = classify(each.title, each.description)
        _escalate(
            town, rig or town, f"{each.created_by}: {each.title}", str(each.id),
            f"{call.category}, for the {call.route}\n\n{each.description}", _loud(each, call),
        )  # fmt: skip
        steps.read(town, [str(each.id)], WHO, WHO.address)


def _loud(message: Message, call: Call) -> Severity:
    """Return how loud a call is: whoever says that it is an escalation is believed."""
    says_so = message.message_type is MessageType.ESCALATION
    return Severity.HIGH if says_so and call.severity == Severity.MEDIUM else call.severity


def _at_work(town: Town, unread: Iterable[Message]) -> set[str]:
    roles = {each.recipient for each in unread if each.recipient.count("/") < 2}
    return {each for each in roles if each != _OVERSEER and is_at_work(town, each)}


def is_at_work(town: Town, address: str) -> bool:
    """Tell whether a session of *address* runs."""
    rig = address.partition("/")[0]
    if "/" in address and rig != "dogs" and rig not in town.rigs_here():
        return False
    place = nudges.place_of(town, address)
    return sessions.look(place, address).state is SessionState.RUNNING


def _has_ended(town: Town, message: Message) -> bool:
    """Tell whether the session in which a message was claimed has ended; people have none."""
    address = message.reader
    rig = address.partition("/")[0]
    if address == _OVERSEER or ("/" in address and rig not in (*town.rigs_here(), "dogs")):
        return False
    seen = sessions.look(nudges.place_of(town, address), address)
    ended = seen.state is SessionState.ENDED
    return ended and seen.run.at + seen.run.seconds >= seconds_of(message.read_at)


def _tell_back(town: Town, late: Nudge) -> None:
    text = f"{late.to} did not hear your nudge in time: {late.text[:200]}"
    with suppress(GtError):  # whoever nudged is gone, or hears more than enough
        nudges.queue(town, late.sender, WHO.address, text, urgent=False, after=0.0)


def _bounce(town: Town, now: Snapshot, message: Message) -> Message:
    return notices.notice(
        town,
        now,
        WHO.address,
        message.created_by,
        f"Undeliverable: {message.title}",
        message_type=MessageType.REPLY,
        thread=message.conversation,
        reply_to=str(message.id),
        labels=(policy.UNDELIVERABLE,),
        description=f"{message.recipient} is not there. The message waits: it is read if "
        f"{message.recipient} comes back.",
    )


def _may_bounce(message: Message, there: Collection[str]) -> bool:
    return message.created_by in there and not policy.is_bounce(message)


def _escalate(
    town: Town, place: Rig | Town, title: str, about: str, description: str,
    severity: Severity = Severity.MEDIUM,
) -> None:  # fmt: skip
    rig = None if isinstance(place, Town) else place
    submit.escalate(
        town, rig, WHO, severity=severity, title=title, about=about, description=description
    )
