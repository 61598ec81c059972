"""Nudge agents: one, or all whom a word means. Each nudge waits for the end of a turn."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from gitgt.errors import GtError, RefusedError
from gitgt.model.actor import Actor
from gitgt.model.address import OF_A_RIG
from gitgt.model.documents import Notifications
from gitgt.model.mail import nudge as policy
from gitgt.model.mail import routing
from gitgt.model.mail.routing import Directory
from gitgt.services.mail import directory, doorstep, nudges, quiet, sending
from gitgt.services.mail.doorstep import Ring
from gitgt.services.town import Town
from gitgt.values import dataclass

_PEOPLE: Final = "overseer"
WAIT_IDLE: Final = "wait-idle"
QUEUE: Final = "queue"
IMMEDIATE: Final = "immediate"


class Fate(StrEnum):
    """What became of a nudge when it was given."""

    TYPED = "typed"  # the session was idle, and hears it now
    WAITS = "waits"  # until a turn ends
    MUTED = "muted"  # the agent wants to hear nothing
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Nudged:
    """Whom, and what became of it."""

    to: str
    fate: Fate
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What is to be said, and how much it presses."""

    text: str
    urgent: bool = False
    after: float = 0.0
    mode: str = WAIT_IDLE
    force: bool = False


def receivers(town: Town, target: str, sender: str, rig: str = "") -> list[str]:
    """Return whom *target* means: anybody but people and the sender.

    ``witness`` and ``refinery`` are those of *rig*.

    Raises:
        RefusedError: it means nobody who could be nudged.
    """
    known = directory.known(town)
    word = f"{rig}/{target}" if rig and target in OF_A_RIG else target
    found = [each for each in _routed(word, known) if each not in (_PEOPLE, sender)]
    if not found:
        raise RefusedError(
            f"{target} has no session that could be nudged",
            hint="git gt mail send reaches people",
        )
    return found


def nudge(town: Town, to: Iterable[str], word: Word, sender: str, who: Actor) -> list[Nudged]:
    """Nudge each of *to*; what could not be is said for each."""
    sending.check_sender(sender, who)
    said = policy.worded(word.text)
    return [_one(town, each, said, word, sender) for each in to]


def _one(town: Town, to: str, text: str, word: Word, sender: str) -> Nudged:
    try:
        if not word.force and quiet.level(town, to) is Notifications.MUTED:
            return Nudged(to, Fate.MUTED)
        nudges.queue(town, to, sender, text, urgent=word.urgent, after=word.after)
        if word.mode != QUEUE and _rung(town, to, word):
            return Nudged(to, Fate.TYPED)
    except GtError as error:
        return Nudged(to, Fate.REFUSED, error.message)
    return Nudged(to, Fate.WAITS)


def _rung(town: Town, to: str, word: Word) -> bool:
    at_once = word.urgent or word.mode == IMMEDIATE
    return doorstep.ring(town, to, at_once=at_once) is Ring.TYPED


def _routed(word: str, known: Directory) -> tuple[str, ...]:
    found = routing.route(word, known)
    if found.queue:
        raise RefusedError(f"{word} is a queue: nobody listens there", hint="git gt mail send")
    return found.receivers
