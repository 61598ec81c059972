"""Which jail a session gets: the settings say which is wanted, this machine which can be had.

``auto`` is bubblewrap where it works. Where it does not, that is no secret: a waiver in the
town's ledger says so, once, until a jail can be had again.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from gitgt.errors import SettingsError, ToolMissingError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.documents import Waiver
from gitgt.model.lifecycle import WaiverStatus
from gitgt.runtime import jail
from gitgt.runtime.assignment import Assignment
from gitgt.services import settings
from gitgt.services.jail import cell
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

# What waivers in the town's ledger call it that agents run without one.
WHAT: Final = "jail"
# Chooses for all that is started from here, whatever the settings say.
OVERRIDE: Final = "GT_SESSIONS_JAIL"


class Wanted(StrEnum):
    """Which jail the settings want."""

    AUTO = "auto"
    BWRAP = "bwrap"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Choice:
    """What the settings say of the jail: ``visible`` is what it shows besides."""

    wanted: Wanted = Wanted.AUTO
    network: bool = True
    visible: tuple[str, ...] = ()


def choice(town: Town, place: Rig | Town, environ: Mapping[str, str] | None = None) -> Choice:
    """Return what the rig's settings say of the jail, and else the town's.

    Raises:
        SettingsError: a file breaks its schema, or the override says nothing that is known.
    """
    said: dict[str, Any] = _sessions(town.root / "settings/config.yaml", "settings")
    if isinstance(place, Rig):
        said |= _sessions(place.path / "settings/config.yaml", "rig")
    given = (os.environ if environ is None else environ).get(OVERRIDE)
    wanted = given or said.get("jail", Wanted.AUTO)
    if wanted not in [*Wanted]:
        raise SettingsError(f"{OVERRIDE} is {wanted!r}", hint=f"one of: {', '.join(Wanted)}")
    return Choice(Wanted(wanted), said.get("network", True), tuple(said.get("visible", ())))


def _sessions(path: Any, schema: str) -> dict[str, Any]:  # noqa: ANN401
    return dict(settings.read(path, schema).get("sessions", {}))


def jail_for(town: Town, place: Rig | Town, assignment: Assignment) -> jail.Jail | None:
    """Return the jail that the session *assignment* is to run in, None if it gets none.

    Raises:
        SettingsError: see :func:`choice`.
        ToolMissingError: bubblewrap is wanted, and cannot be had.
    """
    chosen = choice(town, place)
    if chosen.wanted is Wanted.NONE:
        return None
    why_not = jail.problem()
    if why_not and chosen.wanted is Wanted.BWRAP:
        raise ToolMissingError(
            f"the settings want a jail, and there is none: {why_not}",
            hint="install bubblewrap, or set sessions.jail to none in settings/config.yaml",
        )
    record(town, why_not)
    if why_not:
        return None
    inmate = cell.inmate(town, place, assignment, os.environ, chosen.visible)
    return jail.jail(inmate, network=chosen.network)


def waived(now: Snapshot) -> Waiver | None:
    """Return the waiver that says that agents run without a jail; *now* is the town's."""
    return next(iter(now.all(Waiver, status=WaiverStatus.ACTIVE, target=WHAT)), None)


def record(town: Town, why_not: str) -> None:
    """Have the town's ledger say that, and why, no jail can be had; or no longer say so."""
    present = waived(town.ledger.snapshot())
    if bool(why_not) == (present is not None):
        return
    who = Actor.role("dispatcher")
    made = None
    if why_not:
        made = Waiver(
            id=town.new_id("hq", "wv"),
            type="waiver",
            title="agents run without a jail",
            status=WaiverStatus.ACTIVE,
            target=WHAT,
            description=why_not,
            created_at=town.now(),
            created_by=who.address,
        )

    def decide(now: Snapshot) -> Change | None:
        there = waived(now)
        if made is not None and there is None:
            return Change(f"agents run without a jail: {why_not}", (made,), event="jail.waived")
        if made is None and there is not None:
            ended = there.replace(status=WaiverStatus.REVOKED)
            return Change("agents run in a jail again", (ended,), event="jail.required")
        return None

    town.ledger.transact(decide, who)
