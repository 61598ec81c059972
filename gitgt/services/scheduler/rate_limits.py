"""Runtimes that answer no more for a while: noticed, kept beside the repository, lifted again.

It is known from the program itself, by the signs of its preset, or from a person. A session
that ends at a limit, or sits there, is not held against its bead. What is lost here is found
out again by the next session that meets the limit.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any, Final

from filelock import FileLock

from gitgt.errors import GtError, NotFoundError
from gitgt.model import activity, limit_text
from gitgt.model.actor import Actor
from gitgt.model.dispatch import SessionState, is_polecat
from gitgt.model.rate_limit import PROVEN, Limited, Source, met
from gitgt.model.transcript import ASSISTANT
from gitgt.model.wording import fit_line
from gitgt.runtime import notes, progress
from gitgt.runtime.presets import Runtime
from gitgt.runtime.progress import Progress, Turn
from gitgt.runtime.transcripts import said as transcripts
from gitgt.services.mail import nudges
from gitgt.services.sessions import runtimes, sessions
from gitgt.services.sessions.session_views import signs_of
from gitgt.services.sessions.sessions import Seen
from gitgt.services.town import Rig, Town

WHO: Final = Actor.role("scheduler")
_NAME: Final = "rate-limits.json"
# In a session's folder: for which of its states it was heard, and that it sits at a limit.
_HEARD: Final = "limit-heard"
_SITS: Final = "at-limit"
_LONGEST: Final = 200
Known = dict[str, Limited]


def known(town: Town) -> Known:
    """Return the runtimes that are at their limits, by name."""
    now = town.clock()
    return {name: each for name, each in _read(town).items() if each.holds(now)}


def say(town: Town, runtime: str, who: Actor, *, until: float = 0.0, why: str = "") -> Limited:
    """Say that *runtime* is at its limit, as a person who knows.

    Raises:
        NotFoundError: there is no such runtime.
    """
    if runtime not in runtimes.everything(town):
        raise NotFoundError(f"there is no runtime {runtime!r}", hint="git gt config agent")
    said = fit_line(f"{who.address} says so" + (f": {why}" if why else ""), longest=_LONGEST)
    limited = Limited(
        runtime=runtime, source=Source.PERSON, said=said, at=town.clock(), until=until
    )
    _change(town, lambda old: {**old, runtime: limited})
    return limited


def lift(town: Town, runtime: str) -> bool:
    """Let agents be started on *runtime* again; tell whether that was not so."""
    had = runtime in known(town)
    _change(town, lambda old: {name: each for name, each in old.items() if name != runtime})
    if had:
        town.events.append("runtime.answers", WHO.address, {"runtime": runtime})
    return had


def tried(town: Town, runtime: str, bead: str) -> None:
    """Note that the session of *bead* finds out whether *runtime* is still at its limit."""

    def amend(old: Known) -> Known:
        limited = old.get(runtime)
        return old if limited is None else {**old, runtime: replace(limited, trying=bead)}

    _change(town, amend)


def hear(town: Town, rig: Rig, seen: Mapping[str, Seen]) -> None:
    """Look which sessions of polecats met a limit, and whether one that tried did not.

    Each is looked at once in each of its states: no screen is read for nothing.
    """
    for address, each in seen.items():
        if is_polecat(address) and each.state is not SessionState.NONE:
            _hear(town, rig, address, each)
    for limited in known(town).values():
        _settle(town, rig, limited, seen)


def _hear(town: Town, rig: Rig, address: str, seen: Seen) -> None:
    folder = sessions.folder_of(rig, address, seen.session)
    went = progress.read(folder)
    runs = seen.state is SessionState.RUNNING
    if runs and went.turn is not Turn.IDLE:
        return
    _go_on(town, address, seen, folder)
    state = f"idle since {went.at}" if runs else "ended"
    if _text(folder / _HEARD) == state:
        return
    found = _met(town, rig, address, seen, went)
    if found is not None:
        _note(town, found)
        if runs:
            (folder / _SITS).write_text(found.runtime)
        else:
            sessions.forgive_one(rig, address, seen.session)
    (folder / _HEARD).write_text(state)


def _go_on(town: Town, address: str, seen: Seen, folder: Path) -> None:
    """Tell whoever sits at a limit that is over to go on."""
    sits = folder / _SITS
    if seen.state is not SessionState.RUNNING or not sits.exists():
        return
    if seen.run.runtime in known(town):
        return
    text = "The limit that stopped you is over: go on where you were."
    nudges.queue(town, address, WHO.address, text, urgent=False, after=0.0)
    sits.unlink(missing_ok=True)


def _met(
    town: Town, rig: Rig, address: str, seen: Seen, went: Progress
) -> Limited | None:  # fmt: skip
    """Return the limit that a session tells of; None if it tells of none."""
    try:
        runtime = runtimes.named(town, rig, seen.run.runtime)
    except GtError:  # it was taken out of the settings meanwhile
        return None
    if not runtime.quota:
        return None
    for source, text in _texts(rig, address, seen, went, runtime):
        line = activity.limit_reached(signs_of(runtime), text)
        if line:
            said = fit_line(line, longest=_LONGEST)
            at = _said_at(town, seen)
            return Limited(
                runtime=runtime.name, source=source, said=said, at=at, until=_until(line, at)
            )
    return None


def _said_at(town: Town, seen: Seen) -> float:
    """Return when a session said what it said last: one may be heard long after its end."""
    if seen.state is SessionState.RUNNING or not seen.run.at:
        return town.clock()
    return min(town.clock(), seen.run.at + seen.run.seconds)


def _texts(
    rig: Rig, address: str, seen: Seen, went: Progress, runtime: Runtime
) -> Iterator[tuple[Source, str]]:
    """Yield what a session says of itself, the surest first."""
    if went.transcript and runtime.transcript.parser:
        turns = transcripts.turns(Path(went.transcript), runtime.transcript.parser)
        if turns and turns[-1].role == ASSISTANT:
            yield Source.TRANSCRIPT, turns[-1].text
    try:
        view = sessions.sessions_of(rig).capture(address)
    except GtError:
        return
    is_running = seen.state is SessionState.RUNNING
    yield (Source.SCREEN if is_running else Source.EXIT), view.text


def _until(line: str, now: float) -> float:
    local = datetime.fromtimestamp(now).astimezone().tzinfo
    assert local is not None
    return limit_text.until(line, now=now, local=local, zones=_zone)


def _zone(name: str) -> tzinfo | None:
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def _note(town: Town, found: Limited) -> None:
    before = known(town).get(found.runtime)
    _change(town, lambda old: {**old, found.runtime: met(old.get(found.runtime), found)})
    if before is None:
        facts = {"runtime": found.runtime, "source": str(found.source), "said": found.said}
        town.events.append("runtime.limited", WHO.address, facts)


def _settle(town: Town, rig: Rig, limited: Limited, seen: Mapping[str, Seen]) -> None:
    """Lift a limit of which a session that tried tells nothing; forget one that never began."""
    if limited.trying.partition("-")[0] != rig.prefix:
        return
    mine = [each for each in seen.values() if each.bead == limited.trying]
    mine = [each for each in mine if each.run.at >= limited.at]
    if any(_proves(each, town.clock()) for each in mine):
        lift(town, limited.runtime)
    elif not any(each.state is SessionState.RUNNING for each in mine):
        tried(town, limited.runtime, "")


def _proves(seen: Seen, now: float) -> bool:
    """Tell whether a session that met no limit went on for long enough, or ended well."""
    if seen.state is SessionState.RUNNING:
        return now - seen.run.at >= PROVEN
    return seen.run.began and not seen.run.problem


# --- the note


def _read(town: Town) -> Known:
    return dict(_parsed(notes.read(town.gt / _NAME, dict)))


def _parsed(fields: Mapping[str, Any]) -> Iterator[tuple[str, Limited]]:
    for name, each in fields.items():
        try:
            yield name, Limited(**{**each, "source": Source(each["source"])})
        except (KeyError, TypeError, ValueError):
            continue  # it is found out again


def _change(town: Town, amend: Callable[[Known], Known]) -> None:
    with _turn(town):
        old = _read(town)
        new = amend(old)
        if new != old:
            text = json.dumps({name: asdict(each) for name, each in new.items()})
            notes.write_whole(town.gt / _NAME, text, synced=False)


@contextmanager
def _turn(town: Town) -> Iterator[None]:
    town.gt.mkdir(exist_ok=True)
    with FileLock(town.gt / f"{_NAME}.lock"):
        yield


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""
