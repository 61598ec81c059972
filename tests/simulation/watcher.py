"""The watcher: the real reactor over the simulated roles, killed between any two acts.

What changes somewhere leaves a note; notes get lost, doubled and late. A look at the refs now
and then finds what no note told. Of sessions and gate runs that ended no ref tells: a role asks
the kernel while there is any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain

from gitgt.reactor.key import Key, Reconciler
from gitgt.reactor.reactor import Reactor, Trouble
from tests.simulation.clock import HOUR, MINUTE
from tests.simulation.town import EVERYWHERE, Town

OF_THE_TOWN = ("convoys", "scheduler", "escalations")
# Events that come together are seen to together.
_A_MOMENT = 0.5
# The watcher looks at all refs every few seconds; here as rarely as makes it hardest.
_GLANCE = 5 * MINUTE


class KilledError(BaseException):
    """The watcher is no more."""


class Watcher:
    """One process after the other that looks after the town."""

    def __init__(self, town: Town, roles: Callable[[], list[Reconciler]]) -> None:
        self._town = town
        self._clock, self._lots = town.clock, town.lots
        self._roles = roles
        self._reactor: Reactor | None = None
        self._coming: float | None = None
        self._in_turn = False
        self._ear: dict[str, float] = {}
        self.deaths = 0
        self.turns = 0
        self.up_since = 0.0
        self.up_for = 0.0  # of the lives before this one
        town.tell, town.tell_softly = self.hear, self.hear_softly

    @property
    def is_up(self) -> bool:
        """Tell whether one is running."""
        return self._reactor is not None

    @property
    def awake(self) -> float:
        """For how many seconds there has been a watcher, in all."""
        now = self._clock.now - self.up_since if self.is_up else 0.0
        return self.up_for + now

    def begin(self) -> None:
        """Start one, which knows nothing."""
        self._reactor = Reactor(self._roles(), report=_report)
        self._reactor.wake_all(self._clock.now)
        self.up_since = self._clock.now
        self._coming = None
        self._expect()

    def acted(self) -> None:
        """Say that an act was done: it may have been this one's last."""
        if self._lots.happens(self._lots.faults.killed):
            raise KilledError

    def _die(self) -> None:
        self.deaths += 1
        self.up_for = self.awake
        self._reactor = None
        # Somebody notices at once as a rule, and now and then only in the morning.
        wait = self._lots.around(8 * HOUR if self._lots.happens(0.05) else 10.0, 1.0)
        self._town.trace(f"the watcher is killed, and back in {wait:.0f} s")
        self._clock.after(wait, self.begin)

    # --- hearing

    def hear(self, place: str) -> None:
        """Hear that a ref of *place* has moved, sooner or later."""
        faults = self._lots.faults
        if self._in_turn:
            self._wake(place)  # its own writes it hears of itself
        elif self._lots.happens(faults.lost):
            self._glance(place)
        else:
            self._note(place)

    def hear_softly(self, place: str) -> None:
        """Hear that a process of *place* has ended, if its note is not lost."""
        if not self._lots.happens(self._lots.faults.lost):
            self._note(place)

    def _note(self, place: str) -> None:
        faults = self._lots.faults
        is_late = self._lots.happens(faults.late)
        wait = self._lots.around(10 * MINUTE) if is_late else _A_MOMENT
        if is_late:
            self._glance(place)
        self._later(place, wait)
        if self._lots.happens(faults.doubled):
            self._later(place, self._lots.around(MINUTE))

    def _glance(self, place: str) -> None:
        """Find out by looking: what a note did not tell, or not yet."""
        if self._ear.get(place, 0.0) <= self._clock.now:
            self._ear[place] = self._clock.now + _GLANCE
            self._later(place, _GLANCE)

    def _later(self, place: str, wait: float) -> None:
        if wait <= _A_MOMENT:
            self._wake(place)
        else:
            self._clock.after(wait, lambda: self._wake(place))

    def _wake(self, place: str) -> None:
        if self._reactor is None:
            return  # whoever comes looks at everything
        for key in route(self._town, place):
            self._reactor.wake(key.role, key, self._clock.now)
        self._expect()

    # --- acting

    def _expect(self) -> None:
        """See to it that there is a turn when the next key is due."""
        if self._reactor is None or self._in_turn:
            return
        due = self._reactor.next_deadline()
        if due is None:
            return
        when = max(due, self._clock.now + _A_MOMENT)
        if self._coming is None or when < self._coming:
            self._coming = when
            self._clock.at(when, self._turn_at(when))

    def _turn_at(self, when: float) -> Callable[[], None]:
        def happens() -> None:
            if self._coming == when:
                self._coming = None
                self._turn()

        return happens

    def _turn(self) -> None:
        if self._reactor is None:
            return
        self.turns += 1
        self._in_turn = True
        try:
            self._reactor.turn(self._clock.now)
        except KilledError:
            self._die()
        finally:
            self._in_turn = False
        self._expect()


def route(town: Town, place: str) -> Iterable[Key]:
    """Return whom a change at *place* concerns, as the real watcher has it."""
    rigs = [place] if place in town.rigs else list(town.rigs) if place == EVERYWHERE else []
    of_rigs = (Key(role, rig) for rig in rigs for role in ("witness", "refinery", "dispatcher"))
    return chain(of_rigs, (Key(role, "hq") for role in OF_THE_TOWN))


def _report(trouble: Trouble) -> None:
    """Let nothing that a role cannot see to pass for a fault of the world."""
    raise trouble.error
