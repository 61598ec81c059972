"""Which way an escalation takes: a table by severity, whom it can reach, and the chain.

The chain is who is asked for a judgement: each time nobody took it, the next one is. Whoever is
not at work is passed over, but for the last, who is a person: mail starts nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterator, Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any, Final

from gitgt.errors import RefusedError
from gitgt.model import when
from gitgt.model.documents import Escalation, Severity
from gitgt.model.mail.rounds import is_of_code
from gitgt.values import dataclass

OVERSEER: Final = "overseer"
_HUMAN: Final = "human"


class Kind(StrEnum):
    """By what an escalation reaches somebody."""

    BEAD = "bead"
    MAIL = "mail"
    EMAIL = "email"
    SMS = "sms"
    SLACK = "slack"
    WEBHOOK = "webhook"
    DESKTOP = "desktop"
    LOG = "log"


_KINDS: Final = frozenset(map(str, Kind))
# What must be set before a channel leads anywhere; sms needs a number too.
_NEEDS: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.EMAIL: ("smtp_host",),
    Kind.SMS: ("sms_webhook",),
    Kind.SLACK: ("slack_webhook",),
    Kind.WEBHOOK: ("webhook",),
}
_OWNER: Final = {Kind.EMAIL: "human_email", Kind.SMS: "human_sms"}


@dataclass(frozen=True, slots=True, order=True)
class Channel:
    """One way to somebody: ``mail:mayor``, ``email:ada@example.com``, ``desktop``."""

    kind: Kind
    to: str = ""

    @classmethod
    def parse(cls, text: str) -> Channel:
        """Read what a route says.

        Raises:
            RefusedError: there is no such channel.
        """
        kind, _, to = text.partition(":")
        if kind not in _KINDS:
            raise RefusedError(f"{text!r} is no channel", hint=f"channels: {', '.join(Kind)}")
        return cls(Kind(kind), to)

    def __str__(self) -> str:
        return f"{self.kind}:{self.to}" if self.to else str(self.kind)


_USUAL_ROUTES: Final[Mapping[str, tuple[str, ...]]] = {
    Severity.CRITICAL: ("bead", "mail", "email:human", "sms:human"),
    Severity.HIGH: ("bead", "mail", "email:human"),
    Severity.MEDIUM: ("bead", "mail"),
    Severity.LOW: ("bead",),
}
_CHAIN: Final = ("deacon", "mayor", OVERSEER)
_STALE: Final = "4h"
_MOST_REESCALATIONS: Final = 2


@dataclass(frozen=True, slots=True)
class Settings:
    """What ``settings/escalation.yaml`` says, or what is usual."""

    routes: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _USUAL_ROUTES)
    contacts: Mapping[str, Any] = field(default_factory=dict)
    chain: tuple[str, ...] = _CHAIN
    stale: float = 4 * 3600.0
    most: int = _MOST_REESCALATIONS

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Settings:
        """Return what *fields*, which keep the schema, say."""
        routes = {name: tuple(each) for name, each in fields.get("routes", {}).items()}
        return cls(
            routes={**_USUAL_ROUTES, **routes},
            contacts=fields.get("contacts", {}),
            chain=tuple(fields.get("chain", _CHAIN)),
            stale=when.span(fields.get("stale_threshold", _STALE)) or 4 * 3600.0,
            most=fields.get("max_reescalations", _MOST_REESCALATIONS),
        )

    def channels(self, severity: str) -> list[Channel]:
        """Return what the route of a severity names, each once, as it names it."""
        named = (Channel.parse(each) for each in self.routes.get(severity, ()))
        return [*dict.fromkeys(named)]

    def missing(self, channel: Channel) -> str:
        """Return which setting a channel lacks; empty if it leads somewhere."""
        needed = list(_NEEDS.get(channel.kind, ()))
        owner = _OWNER.get(channel.kind)
        if owner and channel.to in ("", _HUMAN):
            needed.append(owner)
        return next((f"contacts.{each}" for each in needed if not self.contacts.get(each)), "")

    def resolved(self, channel: Channel) -> Channel:
        """Return the channel with the address of whom it calls human."""
        owner = _OWNER.get(channel.kind)
        if owner and channel.to in ("", _HUMAN):
            return Channel(channel.kind, str(self.contacts.get(owner, "")))
        return channel


def way(
    escalation: Escalation, settings: Settings, at_work: Collection[str],
    reached: Container[str] = (),
) -> list[Channel]:  # fmt: skip
    """Return all channels that an escalation is to take now, but for the bead itself.

    *at_work* are the agents of the chain that somebody plays; *reached* the channels that it
    took at this severity before, which settle who of the chain it went to.
    """
    found: list[Channel] = []
    for channel in settings.channels(escalation.severity):
        if channel.kind is Kind.BEAD or settings.missing(channel):
            continue
        if channel.kind is Kind.MAIL:
            found.extend(_letters(channel, escalation, settings, at_work, reached))
        else:
            found.append(settings.resolved(channel))
    if escalation.recipient and not escalation.reescalations:
        own = _letters(
            Channel(Kind.MAIL, escalation.recipient), escalation, settings, at_work, reached
        )
        found = [*own, *(each for each in found if each.kind is not Kind.MAIL)]
    return [*dict.fromkeys(found)]


def _letters(
    channel: Channel, escalation: Escalation, settings: Settings,
    at_work: Collection[str], reached: Container[str],
) -> Iterator[Channel]:  # fmt: skip
    """Yield whom a letter goes to: whom the route names, or the next of the chain."""
    if channel.to and not (is_of_code(channel.to) and channel.to not in at_work):
        yield channel
        return
    for each in _desks(escalation, settings, at_work, reached):
        yield Channel(Kind.MAIL, each)


def _desks(
    escalation: Escalation, settings: Settings, at_work: Collection[str],
    reached: Container[str],
) -> list[str]:  # fmt: skip
    chain = settings.chain or (OVERSEER,)
    there = [each for each in chain[:-1] if each in at_work]
    if escalation.severity == Severity.CRITICAL:
        return [*there, chain[-1]]
    rest = chain[min(escalation.reescalations, len(chain) - 1) :]
    before = [each for each in rest if str(Channel(Kind.MAIL, each)) in reached]
    return before[:1] or [next((each for each in rest if each in there), chain[-1])]


def unset(escalation: Escalation, settings: Settings) -> list[tuple[Channel, str]]:
    """Return the channels of the route that lead nowhere, and which setting each lacks."""
    named = settings.channels(escalation.severity)
    return [(each, lack) for each in named if (lack := settings.missing(each))]
