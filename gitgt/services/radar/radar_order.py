"""One after the other: what comes back waits for the work at hand that it collides with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from gitgt.model.dispatch import Act, Hold, Seat, waits_for
from gitgt.model.radar.radar import Standing
from gitgt.services import settings
from gitgt.services.radar import radar_held
from gitgt.services.radar.radar import Radar
from gitgt.services.radar.radar_held import Held
from gitgt.services.town import Rig, Town

# An hour is what a person would wait for a colleague before they ask.
_PATIENCE: Final = 3600.0
_AHEAD: Final = (Standing.WORKING, Standing.QUEUED)


def in_order(
    town: Town, rig: Rig, seats: Sequence[Seat], radar: Radar
) -> tuple[list[Seat], float | None]:
    """Return *seats* with whom each yields to, and in how many seconds one stops to wait."""
    is_on, patience = _settings(rig)
    if not is_on or not any(each.comes_back for each in seats):
        return list(seats), None
    before, now = radar_held.read(rig), town.clock()
    ready: list[Seat] = []
    deadlines: list[float] = []
    for seat in seats:
        met = _met(radar, seat) if seat.comes_back else {}
        old = before.get(seat.bead)
        waited = 0.0 if old is None else max(0.0, now - old.since)
        first = None if old is None else old.met
        ahead = waits_for(met, first=first, waited=waited, patience=patience)
        if ahead:
            deadlines.append(patience - waited)
        ready.append(replace(seat, yields_to=ahead))
    return ready, min(deadlines, default=None)


def note(
    rig: Rig, seats: Iterable[Seat], acts: Iterable[Act], radar: Radar, now: float
) -> None:
    """Write down who waits for whom, as it was decided."""
    before = radar_held.read(rig)
    holds = {act.bead: act.after for act in acts if isinstance(act, Hold)}
    after: dict[str, Held] = {}
    for seat in seats:
        old = before.get(seat.bead)
        if not seat.comes_back or (old is None and seat.bead not in holds):
            continue
        known = old or Held(seat.bead, now, met=tuple(sorted(seat.yields_to)))
        ahead = holds.get(seat.bead, ())
        met = _met(radar, seat)
        paths = sorted({path for each in ahead for path in met.get(each, ())})
        after[seat.bead] = replace(known, after=ahead, paths=tuple(paths))
    if after != before:
        radar_held.write(rig, after)


def _met(radar: Radar, seat: Seat) -> dict[str, tuple[str, ...]]:
    """Return the beads that a seat's collides with, as it stands, and where."""
    return {
        each.other.bead: tuple(spot.path for spot in each.spots if not spot.draft)
        for each in radar.look().of(bead=seat.bead)
        if each.other.bead and each.other.standing in _AHEAD and not each.may
    }


def _settings(rig: Rig) -> tuple[bool, float]:
    found = settings.read(rig.path / "settings/config.yaml", "rig").get("radar", {})
    return found.get("dispatch") != "off", float(found.get("patience", _PATIENCE))
