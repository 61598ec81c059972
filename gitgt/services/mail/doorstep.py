"""Wake an agent that is idle: one line of ours is typed, and what waits is shown by its taps.

Nothing that others wrote is ever typed to a session.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from enum import StrEnum
from typing import Final

from gitgt.errors import GtError, NotFoundError
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.dispatch import SessionState
from gitgt.model.lifecycle import MessageStatus
from gitgt.model.mail import rounds as policy
from gitgt.runtime import progress
from gitgt.services.mail import boxes, nudges, quiet, sending, told
from gitgt.services.sessions import sessions
from gitgt.services.town import Rig, Town

_LOG = logging.getLogger(__name__)
# A session whose program has no taps says nothing when it becomes idle.
_AGAIN: Final = 30.0
_URGENT: Final = 0


class Ring(StrEnum):
    """What became of a ring at somebody's door."""

    TYPED = "typed"
    LATER = "later"  # it is at something
    NONE = "none"  # nothing waits that it was not rung for, or it does not run


def ring(town: Town, address: str, *, at_once: bool = False) -> Ring:
    """Let an agent that is idle know that something waits; once for what waits.

    *at_once* types it whatever the agent is at.
    """
    place = nudges.place_of(town, address)
    seen = sessions.look(place, address)
    if seen.state is not SessionState.RUNNING or seen.run.frozen:
        return Ring.NONE
    names, urgent = _reasons(town, address, seen.session)
    if not names:
        return Ring.NONE
    turn = progress.read(sessions.folder_of(place, address, seen.session)).turn
    if not policy.may_type(str(turn), urgent=urgent or at_once):
        return Ring.LATER
    if not told.ring(town, address, seen.session, names):
        return Ring.NONE
    return _typed(town, place, address)


def ring_all(town: Town, place: Rig | Town) -> float | None:
    """Ring at everybody of *place* for whom something waits; return when to look again."""
    found = [ring(town, address) for address in _addressees(town, place)]
    return _AGAIN if Ring.LATER in found else None


def _typed(town: Town, place: Rig | Town, address: str) -> Ring:
    try:
        sessions.sessions_of(place).send(address, policy.PROD)
    except GtError as error:  # then it waits for the end of the turn
        _LOG.info("not typed", extra={"agent": address, "why": error.message})
        return Ring.NONE
    town.events.append("agent.rung", address, {})
    return Ring.TYPED


def _reasons(town: Town, address: str, session: str) -> tuple[list[str], bool]:
    """Return what waits that is worth waking somebody, and whether any of it is urgent."""
    now = town.ledger.snapshot()
    silent = {*now.index.labeled(now.commit, sending.SILENT)}
    known = told.told_to(town, address, session)
    level = quiet.level(town, address)
    mail = [
        each
        for each in boxes.unread_rows(now, address)
        if each.id not in silent | known and policy.wakes(level, each.priority)
    ]
    words = nudges.waiting(town, address)
    urgent = any(each.priority == _URGENT for each in mail) or any(e.urgent for e in words)
    return [*(each.id for each in mail), *(each.id for each in words)], urgent


def _addressees(town: Town, place: Rig | Town) -> list[str]:
    found = {*nudges.addressees(place), *_with_mail(town.ledger.snapshot())}
    return sorted(each for each in found if _is_of(town, place, each))


def _with_mail(now: Snapshot) -> set[str]:
    rows = now.rows(kind="message", status=MessageStatus.UNREAD)
    return {each.assignee for each in rows if ":" not in each.assignee}


def _is_of(town: Town, place: Rig | Town, address: str) -> bool:
    with suppress(NotFoundError):
        return nudges.place_of(town, address) == place
    return False
