"""Boot: look after the watcher itself, from outside, whoever notices or a timer of the system.

One looks at a time, and what was done is not done again at once. Momentary: the lock and the
note of the last look may be lost.
"""

from __future__ import annotations

import contextlib
import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from filelock import FileLock, Timeout

from gitgt.daemon import background
from gitgt.daemon.acting import LOCK
from gitgt.daemon.instance import PID, Instance
from gitgt.errors import EnvironmentProblemError, LeaseHeldError
from gitgt.git.spool import Spool
from gitgt.model import boot
from gitgt.model.boot import Decision, Facts, Verdict
from gitgt.runtime import identity, notes, process
from gitgt.runtime.held import is_held
from gitgt.services import freeze, uptime
from gitgt.services.deacon import heartbeat, pausing
from gitgt.services.town import Town
from gitgt.values import dataclass

_GUARD: Final = "boot.lock"
_STATUS: Final = "boot.json"
# For so many seconds after something was done it is waited for what comes of it.
COOL: Final = 120.0
_TO_END: Final = 5.0


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen of the watcher, what follows, and what was done (empty: nothing)."""

    facts: Facts
    verdict: Verdict
    did: str = ""

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            **self.facts.fields(), "decision": str(self.verdict.decision),
            "why": self.verdict.why, "did": self.did,
        }  # fmt: skip


def look(town: Town) -> Look:
    """Return how the watcher stands, and what is to be done about it; nothing is changed."""
    found = facts(town)
    return Look(found, boot.triage(found))


def facts(town: Town) -> Facts:
    """Return what is so of the watcher; it costs no process."""
    now = town.clock()
    beat = heartbeat.read(town.gt)
    oldest = [
        since
        for _, ledger in town.ledgers()
        if (since := Spool.of(ledger.repository.common).oldest()) is not None
    ]
    waiting = max(0.0, now - min(oldest)) if oldest else 0.0
    return Facts(
        alive=_is_alive(town),
        acting=is_held(town.gt / LOCK),
        up=_up(town, now),
        beat=beat is not None,
        late=max(0.0, beat.late(now)) if beat else 0.0,
        waiting=waiting,
        mail=bool(oldest),
        held=_held(town),
    )


def triage(town: Town) -> Look:
    """Look after the watcher, and do what is to be done.

    Raises:
        LeaseHeldError: somebody else is at it.
        EnvironmentProblemError: the watcher can be neither ended nor started.
    """
    with _guarded(town):
        seen = look(town)
        if seen.verdict.decision in (Decision.NOTHING, Decision.CANNOT_TELL):
            return seen
        last = notes.read(town.gt / _STATUS, dict)
        since = town.clock() - float(last.get("at", 0.0))
        if last.get("decision") == seen.verdict.decision and 0 <= since < COOL:
            return Look(seen.facts, seen.verdict, f"done {int(since)} s ago, and waited for")
        done = Look(seen.facts, seen.verdict, _DO[seen.verdict.decision](town))
        _note(town, done)
        return done


def spawn(town: Town) -> str:
    """Start a watcher if none lives, whoever ended the last one; return what was done.

    Raises:
        LeaseHeldError: somebody else is at it.
        EnvironmentProblemError: it does not come up.
    """
    with _guarded(town):
        return _start(town)


def status(town: Town) -> dict[str, Any]:
    """Return what was done last, and when; nothing if that is not known."""
    return notes.read(town.gt / _STATUS, dict)


def _held(town: Town) -> str:
    if uptime.is_down(town):
        return "the town was told to go down"
    if freeze.frozen(town):
        return "the town is frozen"
    sign = pausing.paused(town)
    return pausing.told(sign) if sign else ""


def _is_alive(town: Town) -> bool | None:
    try:
        return Instance(town.gt).is_running()
    except OSError:
        return None


def _up(town: Town, now: float) -> float:
    try:
        return max(0.0, now - (town.gt / PID).stat().st_mtime)
    except OSError:
        return 0.0


# --- acting


def _nudge(town: Town) -> str:
    Spool.of(town.repository.common).leave(str(town.root))
    return "left a note that wakes it"


def _wake(town: Town) -> str:
    who = Instance(town.gt).who()
    if who is None:
        return "nobody to wake is left"
    identity.send(who, signal.SIGCONT)
    _nudge(town)
    return f"let process {who.pid} go on"


def _start(town: Town) -> str:
    who, fresh = background.up(town.root, Instance(town.gt))
    return f"process {who.pid} {'was started' if fresh else 'watches already'}"


def _interrupt(town: Town) -> str:
    """End the watcher, which may be killed anywhere, and start another."""
    who = Instance(town.gt).who()
    if who is not None:
        identity.send(who, signal.SIGCONT)
        identity.send(who, signal.SIGTERM)
        left = process.wait_for_end([who], _TO_END)
        if process.kill_all(left, grace=0.0):
            raise EnvironmentProblemError(f"the watcher, process {who.pid}, cannot be ended")
    return f"process {who.pid if who else '-'} was ended, {_start(town)}"


_DO: Final[dict[Decision, Callable[[Town], str]]] = {
    Decision.NUDGE: _nudge,
    Decision.WAKE: _wake,
    Decision.START: _start,
    Decision.INTERRUPT: _interrupt,
}


@contextmanager
def _guarded(town: Town) -> Iterator[None]:
    town.gt.mkdir(exist_ok=True)
    lock = FileLock(town.gt / _GUARD)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise LeaseHeldError("somebody looks after the watcher just now") from error
    try:
        yield
    finally:
        lock.release()


def _note(town: Town, done: Look) -> None:
    with contextlib.suppress(OSError):
        text = json.dumps({"at": town.clock(), **done.fields()})
        notes.write_whole(town.gt / _STATUS, text, synced=False)
