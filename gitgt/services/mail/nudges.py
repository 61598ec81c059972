"""Nudges in flight: small files beside the sessions of whoever is to hear them.

    <common dir>/gt/nudges/<address>/<id>.json           waits
                                     <id>.json.<claim>   somebody is telling it just now
                                     expired/<id>.json   nobody could be told in time

Momentary: a nudge that is lost with its folder was never history. A claim is a rename, so one
of several has it; whose claimant died comes back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from gitgt.errors import EnvironmentProblemError, RefusedError
from gitgt.git.spool import Spool
from gitgt.model.ids import base36
from gitgt.model.mail import nudge as policy
from gitgt.model.mail.nudge import Nudge, NudgeState
from gitgt.runtime.assignment import slug
from gitgt.runtime.notes import write_whole
from gitgt.services import freeze
from gitgt.services.mail import claims
from gitgt.services.town import Rig, Town

_EXPIRED: Final = "expired"
_DIGITS: Final = 6


def place_of(town: Town, address: str) -> Rig | Town:
    """Return where somebody's nudges lie: with their rig, or with the town.

    Raises:
        NotFoundError: there is no such rig.
    """
    rig, slash, _ = address.partition("/")
    return town.rig(rig) if slash and rig != "dogs" else town


def folder(place: Rig | Town) -> Path:
    """Return where the nudges of everybody of *place* are."""
    return (place.gt if isinstance(place, Town) else place.repository_path / "gt") / "nudges"


def queue(town: Town, to: str, sender: str, text: str, *, urgent: bool, after: float) -> Nudge:
    """Let a nudge wait for *to*.

    Raises:
        RefusedError: too many wait already, or the text cannot be.
        EnvironmentProblemError: it cannot be written.
    """
    box = folder(place_of(town, to)) / slug(to)
    now = town.clock()
    made = Nudge(
        id=f"nudge-{int(now)}-{base36(town.draw(36**_DIGITS), _DIGITS)}",
        to=to, sender=sender, text=policy.worded(text), urgent=urgent, at=now, after=after,
    )  # fmt: skip
    if len([each for each in _files(box) if each.suffix == ".json"]) >= policy.DEPTH:
        raise RefusedError(
            f"{policy.DEPTH} nudges wait for {to} already", hint="git gt mail send, or wait"
        )
    try:
        box.mkdir(parents=True, exist_ok=True)
        write_whole(box / f"{made.id}.json", json.dumps(made.fields()))
    except OSError as error:
        raise EnvironmentProblemError(f"no nudge can be kept: {error}") from error
    with suppress(EnvironmentProblemError):  # the postmaster looks after it
        Spool(folder(place_of(town, to)).with_name("spool")).leave(str(box))
    return made


def take(town: Town, to: str) -> list[Nudge]:
    """Claim what is to be said to *to* now; ``tell`` or ``give_back`` ends the claim."""
    place = place_of(town, to)
    box = folder(place) / slug(to)
    _return_orphans(box)
    waiting = [(path, each) for path, each in _read(box) if path.suffix == ".json"]
    paths = {each.id: path for path, each in waiting}
    found = _due(town, place, (each for _, each in waiting))
    return [each for each in found if _claimed(paths[each.id])]


def waiting(town: Town, to: str) -> list[Nudge]:
    """Return what is to be said to *to* now, and leave it where it is."""
    place = place_of(town, to)
    found = (each for path, each in _read(folder(place) / slug(to)) if path.suffix == ".json")
    return _due(town, place, found)


def _due(town: Town, place: Rig | Town, those: Iterable[Nudge]) -> list[Nudge]:
    fit = [each for each in those if policy.due([each], _lived(town, place, each))]
    return sorted(fit, key=policy.order)


def _lived(town: Town, place: Rig | Town, each: Nudge) -> float:
    """Return what time it is for a nudge: while all stand still it does not get older."""
    rig = None if isinstance(place, Town) else place
    return town.clock() - freeze.frozen_seconds(town, rig, since=each.at)


def addressees(place: Rig | Town) -> list[str]:
    """Return for whom of *place* nudges wait."""
    return sorted({each.to for box in _boxes(place) for _, each in _read(box)})


def give_back(town: Town, to: str, names: Iterable[str]) -> None:
    """Give up the claim on these: there was no room for them."""
    box = folder(place_of(town, to)) / slug(to)
    for name in names:
        for path in box.glob(f"{name}.json.*"):
            _unclaimed(path)


def tell(town: Town, to: str, names: Iterable[str]) -> None:
    """Note that these were told: they are gone."""
    box = folder(place_of(town, to)) / slug(to)
    for name in names:
        for path in box.glob(f"{name}.json*"):
            path.unlink(missing_ok=True)


def expire(town: Town, place: Rig | Town) -> list[Nudge]:
    """Set aside what is too late to say; return what was set aside just now."""
    gone: list[Nudge] = []
    for box in _boxes(place):
        _return_orphans(box)
        found = {each.id: path for path, each in _read(box) if path.suffix == ".json"}
        over = [e for _, e in _read(box) if policy.late([e], _lived(town, place, e))]
        gone += [e for e in over if e.id in found and _moved(found[e.id], box / _EXPIRED)]
        _forget(town, box / _EXPIRED)
    return gone


def _forget(town: Town, box: Path) -> None:
    for path, each in _read(box):
        if each.expires + policy.KEPT <= town.clock():
            path.unlink(missing_ok=True)


def every(town: Town, to: str = "") -> list[tuple[Nudge, NudgeState]]:
    """Return what was not delivered, to one agent if it is named, the oldest first."""
    found: list[tuple[Nudge, NudgeState]] = []
    places: list[Rig | Town] = [town, *town.rigs_here().values()]
    for place in places:
        for box in _boxes(place):
            found += [(each, _state(path)) for path, each in _read(box)]
            found += [(each, NudgeState.EXPIRED) for _, each in _read(box / _EXPIRED)]
    wanted = [each for each in found if to in ("", each[0].to)]
    return sorted(wanted, key=lambda each: (each[0].at, each[0].id))


def next_expiry(town: Town, place: Rig | Town) -> float | None:
    """Return in how many seconds the next nudge of *place* is too late, or may be told.

    While all stand still none is.
    """
    if freeze.frozen(town, None if isinstance(place, Town) else place):
        return None
    waiting = [each for box in _boxes(place) for _, each in _read(box)]
    left = (each.expires - _lived(town, place, each) for each in waiting)
    return min(left, default=None)


def _boxes(place: Rig | Town) -> list[Path]:
    try:
        return sorted(each for each in folder(place).iterdir() if each.is_dir())
    except OSError:
        return []


def _files(box: Path) -> list[Path]:
    try:
        return sorted(each for each in box.iterdir() if each.name.startswith("nudge-"))
    except OSError:
        return []


def _read(box: Path) -> Iterator[tuple[Path, Nudge]]:
    for path in _files(box):
        if (found := _parsed(path)) is not None:
            yield path, found


def _parsed(path: Path) -> Nudge | None:
    try:
        return Nudge(**json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError):
        return None  # it was told meanwhile, or cannot be read and is lost, as it may be


def _state(path: Path) -> NudgeState:
    return NudgeState.WAITING if path.suffix == ".json" else NudgeState.CLAIMED


def _claimed(path: Path) -> bool:
    """Claim a nudge for this process; tell whether we have it."""
    try:
        path.rename(path.with_name(f"{path.name}.{claims.mine()}"))
    except OSError:
        return False
    return True


def _return_orphans(box: Path) -> None:
    """Give back what somebody claimed who died before it was told."""
    for path in _files(box):
        if path.suffix == ".json":
            continue
        if not claims.holds(path.suffix[1:]):
            _unclaimed(path)


def _unclaimed(path: Path) -> None:
    with suppress(OSError):
        path.rename(path.with_suffix(""))


def _moved(path: Path, to: Path) -> bool:
    try:
        to.mkdir(exist_ok=True)
        path.rename(to / path.name)
    except OSError:
        return False
    return True
