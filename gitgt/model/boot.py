"""What is to be done about the watcher itself, which is the deacon's body: one pure table.

A watcher that sleeps is not late: it wrote down until when it sleeps. It is late when that
time is over, or when a note waits for it, which should wake it at once.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final, NamedTuple

from gitgt.values import dataclass


class Decision(StrEnum):
    """What is to be done."""

    NOTHING = "nothing"
    NUDGE = "nudge"  # leave a note that wakes it
    WAKE = "wake"  # let it go on, if it was stopped
    START = "start"  # it has died: start another
    INTERRUPT = "interrupt"  # it does nothing any more: end it, and start another
    CANNOT_TELL = "cannot-tell"


# For so many seconds overdue it is fresh; then stale; then very stale; then it is done with.
STALE: Final = 300.0
VERY_STALE: Final = 900.0
HOPELESS: Final = 1200.0
# A watcher that has just come has other things to do than to say so.
GRACE: Final = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """How the watcher stands.

    It is ``alive`` (the kernel says who holds its lock; None if that cannot be told), for
    ``up`` seconds. Somebody is ``acting`` for the town, be it the watcher or a single pass.
    ``beat`` tells whether a heartbeat is there: a watcher that ends takes it away. It is
    ``late`` so many seconds, and the oldest note has been ``waiting`` for so many. The town is
    ``held`` if it is frozen or the deacon paused.
    """

    alive: bool | None
    acting: bool = False
    up: float = 0.0
    beat: bool = False
    late: float = 0.0
    waiting: float = 0.0
    mail: bool = False
    held: str = ""

    @property
    def overdue(self) -> float:
        """For how many seconds it should have done something."""
        return max(self.late, self.waiting, 0.0)

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "alive": self.alive, "acting": self.acting, "up": self.up, "beat": self.beat,
            "overdue": self.overdue, "mail": self.mail, "held": self.held,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be done about the watcher, and why."""

    decision: Decision
    why: str


def triage(facts: Facts) -> Verdict:
    """Return what is to be done about the watcher: the first row that fits says it."""
    row = next(each for each in TABLE if each.fits(facts))
    why = row.why.format(late=f"{int(facts.overdue // 60)} min", held=facts.held)
    return Verdict(row.decision, why)


class Row(NamedTuple):
    """A row of the table: what is so, what is done then, and how that is told."""

    fits: Callable[[Facts], bool]
    decision: Decision
    why: str


_NOTHING: Final = Decision.NOTHING
TABLE: Final = (
    Row(
        lambda it: it.alive is None,
        Decision.CANNOT_TELL, "nobody can tell whether a watcher lives",
    ),
    Row(lambda it: not it.alive and bool(it.held), _NOTHING, "no watcher lives, and {held}"),
    Row(
        lambda it: not it.alive and it.acting,
        _NOTHING, "no watcher lives, and somebody makes a pass",
    ),
    Row(
        lambda it: not it.alive and not it.beat,
        _NOTHING, "no watcher lives, and none is meant to",
    ),
    Row(lambda it: not it.alive, Decision.START, "the watcher has died"),
    Row(lambda it: not it.beat and it.up < GRACE, _NOTHING, "the watcher has just come"),
    Row(
        lambda it: not it.beat and it.waiting < STALE,
        Decision.CANNOT_TELL, "the watcher has not yet said anything",
    ),
    Row(lambda it: bool(it.held), _NOTHING, "{held}"),
    Row(lambda it: it.overdue >= HOPELESS, Decision.INTERRUPT, "the watcher is {late} late"),
    Row(lambda it: it.overdue >= VERY_STALE, Decision.WAKE, "the watcher is {late} late"),
    Row(
        lambda it: it.overdue >= STALE and it.mail,
        Decision.NUDGE, "the watcher is {late} late, and something waits",
    ),
    Row(
        lambda it: it.overdue >= STALE,
        _NOTHING, "the watcher is {late} late, and nothing waits",
    ),
    Row(lambda _: True, _NOTHING, "the watcher is on time"),
)  # fmt: skip
