"""What is so: the open escalations, what was tried, how they are routed, who is at work."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from gitgt.errors import SettingsError
from gitgt.ledger.deliveries import Deliveries
from gitgt.model.documents import Escalation
from gitgt.model.escalation import plan as policy
from gitgt.model.escalation.plan import Delivery, Key, Plan
from gitgt.model.escalation.routes import Channel, Settings, unset
from gitgt.services.escalation import escalations, routing
from gitgt.services.mail import rounds
from gitgt.services.town import Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Known:
    """All that a plan is made from."""

    escalations: tuple[Escalation, ...]
    deliveries: dict[Key, Delivery]
    settings: Settings
    at_work: frozenset[str]

    def plan(self, now: float) -> Plan:
        """Return what is to be done now."""
        return policy.plan(self.escalations, self.deliveries, self.settings, now, self.at_work)


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom one escalation has reached, and which of its ways lead nowhere for want of what."""

    deliveries: tuple[Delivery, ...]
    unset: tuple[tuple[Channel, str], ...]

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "deliveries": [each.fields() for each in self.deliveries],
            "unset": [{"channel": str(way), "setting": lack} for way, lack in self.unset],
        }


def reach(town: Town, escalation: Escalation) -> Reach:
    """Return whom an escalation has reached, also while the settings are spoiled."""
    found = Deliveries(town.repository).of(escalation.id)
    lacking: list[tuple[Channel, str]] = []
    if not escalation.is_closed:
        with suppress(SettingsError):  # of which another escalation tells
            lacking = unset(escalation, routing.read(town))
    return Reach(tuple(sorted(found, key=lambda each: (each.at, each.key))), tuple(lacking))


def known(town: Town) -> Known:
    """Return what is so now; where nothing is open, nothing else is looked at.

    Raises:
        SettingsError: the settings break their schema.
    """
    found = tuple(escalations.every(town, closed=False))
    if not found:
        return Known((), {}, Settings(), frozenset())
    settings = routing.read(town)
    chain = settings.chain[:-1]
    there = frozenset(each for each in chain if rounds.is_at_work(town, each))
    return Known(found, tried(town, found), settings, there)


def undelivered(town: Town) -> list[tuple[Escalation, Delivery]]:
    """Return what could not be delivered yet."""
    found = escalations.every(town, closed=False)
    return policy.undelivered(found, tried(town, found)) if found else []


def tried(town: Town, found: Iterable[Escalation]) -> dict[Key, Delivery]:
    """Return what was tried of the escalations in *found*."""
    return Deliveries(town.repository).among(str(each.id) for each in found)
