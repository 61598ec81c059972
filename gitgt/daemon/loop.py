"""The watcher's loop: look, let the roles see to what is due, sleep until something happens.

It knows neither roles nor towns: it is handed a reactor, the sources, and a function that
says which keys a change in some place concerns.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

from gitgt.reactor.key import Key
from gitgt.reactor.reactor import Reactor
from gitgt.reactor.sources import Sources

# (place, notes): a repository or a settings file that changed, and what its notes name.
Route = Callable[[Path, Sequence[str]], Iterable[Key] | None]


_ENDS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Stop:
    """Whether the loop is to end; SIGTERM, SIGINT and a terminal that is closed say so.

    A second SIGINT ends the process where it is, as a kill would: nothing is lost by that.
    *said* is called by the first one.
    """

    def __init__(
        self, poke: Callable[[], None], said: Callable[[], None] = lambda: None
    ) -> None:
        self._poke = poke
        self._said = said
        self._asked = False

    def __bool__(self) -> bool:
        return self._asked

    def ask(self) -> None:
        """Let the loop end after what it is at."""
        self._asked = True
        self._poke()

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        """Let signals ask; only a process's main thread may."""

        def asked(signum: int, _frame: FrameType | None) -> None:
            if signum == signal.SIGINT:
                signal.signal(signal.SIGINT, signal.SIG_DFL)
                self._said()
            self.ask()

        before = {each: signal.signal(each, asked) for each in _ENDS}
        try:
            yield
        finally:
            for signum, handler in before.items():
                signal.signal(signum, handler)


def everything(_place: Path, _notes: Sequence[str]) -> None:
    """Route any change to all keys."""
    return


def run(
    reactor: Reactor,
    sources: Sources,
    *,
    stop: Stop,
    route: Route = everything,
    clock: Callable[[], float] = time.monotonic,
    beat: Callable[[float | None], None] = lambda _: None,
) -> None:
    """Look after everything until *stop*.

    *beat* is called after something was done: with the seconds until the next deadline, or
    None if there is none.
    """
    sources.start()
    acted = False
    try:
        reactor.wake_all(clock())
        while not stop:
            _wake(reactor, sources.look(), route, clock())
            if reactor.turn(clock()):
                acted = True
                beat(0.0)
                continue
            deadline = reactor.next_deadline()
            if acted:
                beat(None if deadline is None else max(0.0, deadline - clock()))
                acted = False
            sources.wait(_until(deadline, clock(), sources.interval))
    finally:
        sources.stop()


def settle(
    reactor: Reactor,
    *,
    clock: Callable[[], float] = time.monotonic,
    turns: int = 1000,
) -> int:
    """See to everything that is due now, for people who run no watcher; return how much it was.

    A town that never settles is left after so many *turns*.
    """
    reactor.wake_all(clock())
    total = 0
    for _ in range(turns):
        seen_to = reactor.turn(clock())
        if not seen_to:
            break
        total += seen_to
    return total


def _wake(reactor: Reactor, changed: dict[Path, list[str]], route: Route, now: float) -> None:
    for place, notes in changed.items():
        keys = route(place, notes)
        if keys is None:
            reactor.wake_all(now)
            return
        for key in keys:
            reactor.wake(key.role, key, now)


def _until(deadline: float | None, now: float, interval: float) -> float:
    """Return how long to sleep: to the deadline, but not past the next look."""
    return interval if deadline is None else max(0.0, min(interval, deadline - now))
