"""One thread, one key at a time: who is due is looked after, all others are let alone.

A key is due when it was woken or when its deadline has come. Waking it twice is waking it
once; waking it while it is being seen to makes it due again. What fails and may work later is
tried again after 1, 2, 4 ... 300 seconds, even if it is woken meanwhile: the news does not
make a busy thing free. What fails for good is reported and waits to be woken (though not at
once, so that one bad key does not keep its role busy), and the loop goes on. A role that fails
too often in a period is stopped and reported, as in OTP, and tries again after a rest.

Time is an argument: nothing in here looks at a clock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import field
from typing import Final

from gitgt.errors import GtError
from gitgt.reactor.key import Key, Reconciler
from gitgt.values import dataclass

# A person who has mended something should not have to wait for long.
_UNTIL_MENDED: Final = 30.0


def wait_before(attempt: int, *, first: float = 1.0, longest: float = 300.0) -> float:
    """Return for how long the *attempt*-th try that failed (from 1) is to be left alone."""
    return min(longest, first * 2.0 ** min(attempt - 1, 32))


@dataclass(frozen=True, slots=True)
class Trouble:
    """A failure that a person is told of. ``stopped`` says that its role rests from now on."""

    key: Key
    error: Exception
    stopped: bool

    @property
    def why(self) -> str:
        """What the error says; one that says nothing is called by its kind."""
        return str(self.error) or type(self.error).__name__


@dataclass(frozen=True, slots=True)
class Patience:
    """How many failures for good a role may have in how many seconds before it is stopped.

    After the seconds of its ``rest`` it tries again: nobody else would start it.
    """

    failures: int = 20
    period: float = 60.0
    rest: float = 300.0


@dataclass(slots=True)
class _Schedule:
    """When a key is due: at ``at``, but not before ``not_before``."""

    at: float | None = None
    not_before: float = 0.0
    attempts: int = 0

    @property
    def due(self) -> float | None:
        return None if self.at is None else max(self.at, self.not_before)


@dataclass(slots=True)
class _Role:
    reconciler: Reconciler
    failures: deque[float] = field(default_factory=deque)
    stopped: bool = False
    rests_until: float = 0.0


def _say_nothing(_: Trouble | Key) -> None:
    """Report to nobody."""


class Reactor:
    """Wake keys, and let the reconcilers see to those that are due.

    *report* is called when one cannot be seen to, *relieve* when it could: for the first time,
    since an earlier life may have reported it, and after each report.
    """

    def __init__(
        self,
        reconcilers: Iterable[Reconciler],
        *,
        report: Callable[[Trouble], None] = _say_nothing,
        relieve: Callable[[Key], None] = _say_nothing,
        patience: Patience | None = None,
    ) -> None:
        self._roles = {each.role: _Role(each) for each in reconcilers}
        self._report = report
        self._relieve = relieve
        self._well: set[Key] = set()
        self._patience = patience or Patience()
        self._schedules: dict[Key, _Schedule] = {}

    @property
    def stopped_roles(self) -> list[str]:
        """The roles that failed too often."""
        return sorted(name for name, role in self._roles.items() if role.stopped)

    def wake(self, role: str, key: Key | str, now: float) -> None:
        """Let *key* of *role* be looked at by the first turn at or after *now*."""
        if role not in self._roles:
            return
        key = key if isinstance(key, Key) else Key(role, key)
        schedule = self._schedules.setdefault(key, _Schedule())
        schedule.at = now if schedule.at is None else min(schedule.at, now)

    def wake_role(self, name: str, now: float) -> None:
        """Let everything that one role looks after be looked at; what is gone is forgotten."""
        role = self._roles[name]
        try:
            there = set(role.reconciler.keys())
        except GtError as error:
            self._tell(Trouble(Key(name, ""), error, stopped=False))
            return
        self._goes_well(Key(name, ""))
        for key in [each for each in self._schedules if each.role == name]:
            if key not in there and self._schedules[key].at is None:
                del self._schedules[key]
        for key in there:
            self.wake(name, key, now)

    def wake_all(self, now: float) -> None:
        """Let everything be looked at."""
        for name in self._roles:
            self.wake_role(name, now)

    def turn(self, now: float) -> int:
        """See once to each key that is due, in the order of roles, and return how many."""
        for name, role in self._roles.items():
            if role.stopped and role.rests_until <= now:
                self.restart(name, now)
        due = self._due(now)
        for key in due:
            self._see_to(key, now)
        return len(due)

    def next_deadline(self) -> float | None:
        """Return when the next key is due, None if none will be."""
        waiting = [
            schedule.due
            for key, schedule in self._schedules.items()
            if schedule.due is not None and not self._roles[key.role].stopped
        ]
        resting = [role.rests_until for role in self._roles.values() if role.stopped]
        return min([*waiting, *resting], default=None)

    def next_retry(self) -> float | None:
        """Return when the next key that was busy is tried again, None if none is."""
        waiting = [
            each.due
            for each in self._schedules.values()
            if each.attempts and each.due is not None
        ]
        return min(waiting, default=None)

    def restart(self, role: str, now: float) -> None:
        """Let a stopped role work again."""
        self._roles[role].stopped = False
        self._roles[role].failures.clear()
        self.wake_role(role, now)

    def _due(self, now: float) -> list[Key]:
        order = {name: place for place, name in enumerate(self._roles)}
        due = [
            key
            for key, schedule in self._schedules.items()
            if not self._roles[key.role].stopped
            and schedule.due is not None
            and schedule.due <= now
        ]
        return sorted(due, key=lambda key: (order[key.role], key.name))

    def _see_to(self, key: Key, now: float) -> None:
        role = self._roles[key.role]
        if role.stopped:
            return
        schedule = self._schedules.setdefault(key, _Schedule())
        schedule.at = None  # whoever wakes it from now on has it looked at again
        try:
            settled = role.reconciler.reconcile(key)
        except Exception as error:  # noqa: BLE001 - one key's bug must not stop the town
            self._failed(role, key, error, now)
            return
        schedule.attempts, schedule.not_before = 0, 0.0
        self._goes_well(key)
        if settled.again_in is not None:
            self.wake(key.role, key, now + settled.again_in)

    def _failed(self, role: _Role, key: Key, error: Exception, now: float) -> None:
        if isinstance(error, GtError) and error.retryable:
            self._again_later(key, now)
        else:
            self._give_up(role, key, error, now)

    def _again_later(self, key: Key, now: float) -> None:
        schedule = self._schedules.setdefault(key, _Schedule())
        schedule.attempts += 1
        schedule.not_before = now + wait_before(schedule.attempts)
        schedule.at = schedule.not_before

    def _give_up(self, role: _Role, key: Key, error: Exception, now: float) -> None:
        schedule = self._schedules.setdefault(key, _Schedule())
        schedule.attempts += 1
        schedule.not_before = now + wait_before(schedule.attempts, longest=_UNTIL_MENDED)
        role.failures.append(now)
        while role.failures and role.failures[0] <= now - self._patience.period:
            role.failures.popleft()
        role.stopped = len(role.failures) >= self._patience.failures
        role.rests_until = now + self._patience.rest
        self._tell(Trouble(key, error, role.stopped))

    def _tell(self, trouble: Trouble) -> None:
        self._well.discard(trouble.key)
        self._report(trouble)

    def _goes_well(self, key: Key) -> None:
        if key not in self._well:
            self._well.add(key)
            self._relieve(key)
