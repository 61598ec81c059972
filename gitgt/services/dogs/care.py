"""Look after dogs that were sent: how their runs went, and whether one takes too long."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

from gitgt.errors import GtError, RefusedError
from gitgt.git.turn import turn
from gitgt.model import kennel as rules
from gitgt.model.actor import Actor
from gitgt.model.documents import Severity
from gitgt.model.kennel import Pace
from gitgt.model.when import lasts
from gitgt.runtime import process
from gitgt.runtime.process import Ended, Lost, Running
from gitgt.services import submit
from gitgt.services.dogs import kennel, sending
from gitgt.services.dogs.kennel import Dog
from gitgt.services.escalation import escalations
from gitgt.services.plugins import library, runs
from gitgt.services.plugins.runs import WHO, Result, Run
from gitgt.services.sessions import sessions
from gitgt.services.town import Rig, Town
from gitgt.services.warrants import filing
from gitgt.values import dataclass

_LOG = logging.getLogger(__name__)
_TAIL: Final = 2000  # bytes of what a script printed that are looked at


@dataclass(frozen=True, slots=True)
class Odd:
    """Something that does not fit about a dog."""

    dog: str
    what: str

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {"dog": self.dog, "what": self.what}


def look(town: Town) -> float | None:
    """See to all runs that go on and to sessions that nobody needs; return when to come again.

    Raises:
        GtError: a session cannot be ended.
    """
    if not kennel.names(town.ledger.snapshot()):
        return None
    at_work = runs.live(town)
    with turn(town.repository, sending.LOCK):
        waits = [_see_to(town, each) for each in at_work]
        waits += [_see_off(town, dog) for dog in kennel.every(town) if dog.run is None]
    return min((each for each in waits if each is not None), default=None)


def done(town: Town, name: str, result: Result, who: Actor, *, why: str = "") -> Run:
    """Note that a dog is done; its session is ended soon.

    Raises:
        NotFoundError: it is at nothing.
    """
    return _ended(town, runs.of_dog(town, name), result, why, who)


def clear(town: Town, named: str, who: Actor, *, force: bool, why: str = "") -> Dog:
    """Take a dog off what it is at, which ends as a failure, and end its session.

    Raises:
        RefusedError: it is at work in its time, and no force is used.
    """
    dog = kennel.find(town, named)
    if dog.run is not None and not force and _is_in_time(town, dog):
        raise RefusedError(
            f"{dog.address} is at {dog.run.plugin} since {lasts(_age(town, dog.run))}",
            hint=f"git gt dog clear {dog.name} --force",
        )
    with turn(town.repository, sending.LOCK):
        if dog.run is not None:
            process.stop(sending.folder_of(town, dog.run))
            _ended(town, dog.run, Result.FAILURE, why or f"cleared by {who.address}", who)
        _stop(town, dog)
    return kennel.find(town, dog.name)


def odd(town: Town, *, longest: float) -> list[Odd]:
    """Return what does not fit: work without a session, too long, sessions without work."""
    return [each for dog in kennel.every(town) for each in _odd(town, dog, longest)]


def _odd(town: Town, dog: Dog, longest: float) -> Iterator[Odd]:
    run = dog.run
    if run is None:
        idle = town.clock() - dog.seen.run.at
        if dog.is_running and idle > longest:
            yield Odd(dog.name, f"has nothing to do, and a session since {lasts(idle)}")
        return
    age = _age(town, run)
    if not _is_alive(town, dog):
        yield Odd(dog.name, f"is at {run.plugin}, and nothing of it runs")
    elif rules.pace(age, run.timeout) is not Pace.FINE:
        allowed = lasts(run.timeout)
        yield Odd(dog.name, f"is at {run.plugin} for {lasts(age)}, {allowed} allowed")


def _is_alive(town: Town, dog: Dog) -> bool:
    assert dog.run is not None
    if dog.run.script:
        return isinstance(process.look(sending.folder_of(town, dog.run)), Running)
    return dog.is_running


def _is_in_time(town: Town, dog: Dog) -> bool:
    assert dog.run is not None
    pace = rules.pace(_age(town, dog.run), dog.run.timeout)
    return pace is Pace.FINE and _is_alive(town, dog)


def _age(town: Town, run: Run) -> float:
    return max(0.0, town.clock() - run.began)


def _see_to(town: Town, run: Run) -> float | None:
    """See to one run; return in how many seconds to look again, None if a note comes."""
    if run.script:
        _see_to_script(town, run)
        return None
    return _see_to_agent(town, run)


def _see_to_script(town: Town, run: Run) -> None:
    folder = sending.folder_of(town, run)
    match process.look(folder):
        case Ended() as seen if seen.ok:
            _ended(town, run, Result.SUCCESS, _last_line(seen), WHO)
        case Ended() as seen:
            _ended(town, run, Result.FAILURE, _why(seen, run), WHO)
        case Lost():
            _ended(town, run, Result.FAILURE, "it was killed, and nobody saw it end", WHO)
        case None:
            _begin_again(town, run)
        case Running():
            pass


def _see_to_agent(town: Town, run: Run) -> float | None:
    dog = next((each for each in kennel.every(town) if each.name == run.dog), None)
    if dog is None or (not dog.is_running and run.session == dog.seen.session):
        how = dog.seen.said if dog and dog.seen.session else "its session is gone"
        _ended(town, run, Result.FAILURE, f"it did not say that it was done: {how}", WHO)
        return None
    if not run.session:
        _begin_again(town, run)
        return rules.changes_in(_age(town, run), run.timeout)
    _keep_pace(town, run, dog)
    return rules.changes_in(_age(town, run), run.timeout)


def _keep_pace(town: Town, run: Run, dog: Dog) -> None:
    age = _age(town, run)
    said = f"{dog.address} is at {run.plugin} for {lasts(age)}, {lasts(run.timeout)} allowed"
    match rules.pace(age, run.timeout):
        case Pace.LATE:
            _LOG.info("a dog is late", extra={"dog": dog.name, "plugin": run.plugin})
        case Pace.STUCK:
            with suppress(RefusedError):  # it has just ended
                filing.file(town, dog.address, WHO, reason=said)
        case Pace.LOST:
            _ended(town, run, Result.FAILURE, said, WHO)
            _stop(town, dog)
            _call(town, run, said, Severity.MEDIUM)
        case Pace.FINE:
            pass


def _begin_again(town: Town, run: Run) -> None:
    """Begin what somebody noted who was killed before they began it."""
    try:
        sending.begin(town, library.shelf(town).find(run.plugin, run.rig), run)
    except GtError as error:
        _ended(town, run, Result.FAILURE, f"could not be begun: {error.message}", WHO)


def _see_off(town: Town, dog: Dog) -> float | None:
    """End the session of a dog that has done its work, or had none for long."""
    if not dog.is_running:
        return None
    last = next((each for each in runs.every(town) if each.dog == dog.name), None)
    idle = town.clock() - dog.seen.run.at
    if (last is not None and last.session == dog.seen.session) or idle >= rules.IDLE:
        _stop(town, dog)
        return None
    return rules.IDLE - idle


def _stop(town: Town, dog: Dog) -> None:
    sessions.sessions_of(town).stop(dog.address)
    sessions.tell_ended(town, town, {dog.address: sessions.look(town, dog.address)})


def _ended(town: Town, run: Run, result: Result, why: str, who: Actor) -> Run:
    """Note how a run went, and tell a person where the plugin wants that."""
    ended = runs.end(town, run, result, why=why, who=who)
    with suppress(GtError):  # the plugin may be gone by now
        plugin = library.shelf(town).find(run.plugin, run.rig)
        if result is Result.SUCCESS:
            escalations.settle(town, _place(town, run), WHO, about=_about(run))
        elif result is Result.FAILURE and plugin.notify_on_failure:
            _call(town, run, why, plugin.severity)
    return ended


def _call(town: Town, run: Run, why: str, severity: Severity) -> None:
    title = f"plugin {run.plugin} failed: {why}"
    place = _place(town, run)
    submit.escalate(town, place, WHO, severity=severity, title=title, about=_about(run))


def _place(town: Town, run: Run) -> Rig | None:
    return town.rig(run.rig) if run.rig else None


def _about(run: Run) -> str:
    return f"plugin/{run.plugin}"


def _why(seen: Ended, run: Run) -> str:
    if seen.timed_out:
        return f"it took longer than {lasts(run.timeout)}"
    if not seen.began:
        return seen.error or "it could not be started"
    end = f"signal {seen.signal}" if seen.signal else f"exit code {seen.code}"
    said = _last_line(seen)
    return f"{end}: {said}" if said else end


def _last_line(seen: Ended) -> str:
    try:
        printed = seen.output.read_bytes()[-_TAIL:].decode(errors="replace")
    except OSError:
        return ""
    lines = [each.strip() for each in printed.splitlines() if each.strip()]
    return lines[-1] if lines else ""
