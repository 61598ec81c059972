"""What is to be done about the escalations that nobody has taken: pure, and safe to do again.

An escalation goes each way of its route once for each severity, until somebody takes it. What
could not be delivered is tried again, later and later. One that nobody takes grows louder,
which is another route; critical is as loud as it gets.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from gitgt.model.documents import Escalation, Severity
from gitgt.model.escalation.cause import LOUDEST_FIRST
from gitgt.model.escalation.routes import Channel, Settings, way
from gitgt.model.instant import seconds_of, text_of
from gitgt.model.lifecycle import EscalationStatus
from gitgt.values import dataclass

RETRY_FIRST: Final = 60.0
RETRY_MOST: Final = 4 * 3600.0


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What is delivered once: an escalation, at a severity, on a channel."""

    escalation: str
    severity: str
    channel: str

    @property
    def id(self) -> str:
        """What the receiver can tell a second copy by: the same for every try."""
        short = hashlib.sha256(self.channel.encode()).hexdigest()[:10]
        return f"{self.escalation}.{self.severity}.{short}"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came of trying to deliver: when last, how often, and why not, if not."""

    key: Key
    at: float
    tries: int = 1
    why: str = ""

    @property
    def is_done(self) -> bool:
        """Tell whether it arrived, as far as the other side says."""
        return not self.why

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        found = {
            "id": self.key.id,
            "channel": self.key.channel,
            "severity": self.key.severity,
            "at": text_of(self.at),
            "tries": self.tries,
        }
        late = {"why": self.why, "again_at": text_of(self.again_at)}
        return found if self.is_done else {**found, **late}

    @property
    def again_at(self) -> float:
        """When it is to be tried again."""
        return self.at + min(RETRY_FIRST * 2.0 ** min(self.tries - 1, 20), RETRY_MOST)


@dataclass(frozen=True, slots=True)
class Deliver:
    """Send an escalation on its way by one channel; it was tried so often before."""

    key: Key
    channel: Channel
    tries: int = 0


@dataclass(frozen=True, slots=True)
class ReEscalate:
    """Make an escalation louder that nobody has taken."""

    escalation: str
    severity: Severity


Act = Deliver | ReEscalate
Deliveries = Mapping[Key, Delivery]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do now, and when to look again (None: nothing is waited for)."""

    acts: tuple[Act, ...]
    next_at: float | None


def plan(
    escalations: Iterable[Escalation], deliveries: Deliveries, settings: Settings, now: float,
    at_work: Collection[str] = (),
) -> Plan:  # fmt: skip
    """Return what is to be done about *escalations*, those of all ledgers that are open.

    *deliveries* is what was tried so far, *at_work* which agents of the chain somebody plays.
    """
    acts: list[Act] = []
    due: list[float] = []
    for each in escalations:
        if each.status != EscalationStatus.OPEN:
            continue
        louder_at = stale_at(each, settings)
        if louder_at is not None and louder_at <= now:
            acts.append(ReEscalate(each.id, louder(each.severity)))
            continue
        due += [] if louder_at is None else [louder_at]
        ways = way(each, settings, at_work, _Reached(each, deliveries))
        found = [_next(_key(each, to), to, deliveries, now) for to in ways]
        acts += [one for one in found if isinstance(one, Deliver)]
        due += [one for one in found if isinstance(one, float)]
    return Plan(tuple(acts), min(due, default=None))


@dataclass(frozen=True, slots=True)
class _Reached:
    """The channels that an escalation took at its severity, asked for one by one.

    All that was ever delivered is far more than what is open.
    """

    escalation: Escalation
    deliveries: Deliveries

    def __contains__(self, channel: object) -> bool:
        name, severity = str(self.escalation.id), str(self.escalation.severity)
        return Key(name, severity, str(channel)) in self.deliveries


def _key(escalation: Escalation, channel: Channel) -> Key:
    return Key(str(escalation.id), str(escalation.severity), str(channel))


def _next(
    key: Key, channel: Channel, deliveries: Deliveries, now: float
) -> Deliver | float | None:
    """Return that one is to be sent now, or when again; None if it has arrived."""
    before = deliveries.get(key)
    if before is None:
        return Deliver(key, channel)
    if before.is_done:
        return None
    # A clock that was set back must not put it off for ever.
    is_early = before.at <= now < before.again_at
    return before.again_at if is_early else Deliver(key, channel, before.tries)


def stale_at(escalation: Escalation, settings: Settings) -> float | None:
    """Return when an escalation that nobody takes is to grow louder; None if never."""
    if escalation.status != EscalationStatus.OPEN or escalation.severity == Severity.CRITICAL:
        return None
    if escalation.reescalations >= settings.most:
        return None
    return seconds_of(escalation.raised_at or escalation.created_at) + settings.stale


def louder(severity: str) -> Severity:
    """Return the next severity above."""
    place = LOUDEST_FIRST.index(Severity(severity))
    return LOUDEST_FIRST[max(place - 1, 0)]


def undelivered(
    escalations: Iterable[Escalation], deliveries: Deliveries
) -> list[tuple[Escalation, Delivery]]:
    """Return what could not be delivered yet of what nobody has taken."""
    live = {str(each.id): each for each in escalations if each.status == EscalationStatus.OPEN}
    return [
        (live[each.key.escalation], each)
        for each in sorted(deliveries.values(), key=lambda each: each.key)
        if not each.is_done
        and each.key.escalation in live
        and each.key.severity == live[each.key.escalation].severity
    ]
