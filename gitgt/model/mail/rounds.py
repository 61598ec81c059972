"""What the postmaster does, decided: whom to wake, what to send back, what a person hears.

Nobody is started because mail came: mail waits for whoever is there. Work starts agents.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from gitgt.model.documents import Message, MessageType, Notifications
from gitgt.model.lifecycle import MessageStatus

# What is typed to wake an idle agent: never a word of others. Where taps are, it makes them
# show what waits; where none are, it says how to see it.
PROD: Final = "[gt] Something waits for you; git gt mail check --inject shows it."
UNDELIVERABLE: Final = "undeliverable"
_LOW: Final = 3
_IDLE: Final = ("ready", "idle")
_BY_CODE: Final = ("witness", "refinery", "deacon")


def may_type(turn: str, *, urgent: bool) -> bool:
    """Tell whether something may be typed where a *turn* is so far: at an end, or urgent."""
    return urgent or turn in _IDLE


def wakes(level: Notifications, priority: int) -> bool:
    """Tell whether mail of that priority wakes somebody who wants such notifications."""
    if level is Notifications.MUTED:
        return False
    return level is Notifications.VERBOSE or priority < _LOW


def undeliverable(unread: Iterable[Message], there: Collection[str]) -> list[Message]:
    """Return what is for nobody who is there, and whose sender has not heard so."""
    return [
        each
        for each in unread
        if each.recipient
        and each.recipient not in there
        and UNDELIVERABLE not in each.labels
        and each.status is MessageStatus.UNREAD
    ]


def is_bounce(message: Message) -> bool:
    """Tell whether a message only says that another could not be delivered."""
    return UNDELIVERABLE in message.labels


def is_of_code(address: str) -> bool:
    """Tell whether a role is played by code, as a rule."""
    return address.rpartition("/")[2] in _BY_CODE


def asks_for_a_person(unread: Iterable[Message], at_work: Collection[str]) -> list[Message]:
    """Return calls for help to a role that no program plays at the moment: a person hears them.

    The witness, the refinery and the deacon are code here. They read no mail.
    """
    return [
        each
        for each in unread
        if is_of_code(each.recipient)
        and each.recipient not in at_work
        and (each.title.startswith("HELP") or each.message_type is MessageType.ESCALATION)
    ]
