"""For how long nothing was heard of a session, while somebody listened.

Only time in which it was looked at is counted: a machine that slept, a town that was frozen, a
watcher that was not there make nobody look dead. So a clock that is set does no harm either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from typing import Any, Final

from gitgt.values import dataclass

# Between two looks at most so many seconds count, however long it was.
LONGEST: Final = 120.0
# A program whose processes use this part of a processor is at something, whatever it prints.
BUSY: Final = 0.02
# What was seen of somebody is remembered at least so often, in seconds.
_LATE: Final = 30.0
# What it prints may be the echo of what was typed.
ECHO: Final = frozenset({"output"})
WORK: Final = frozenset({"branch", "worktree"})
# Signs in the order in which they are believed, with what is said of them.
CALLED: Final = {
    "branch": "its branch moved",
    "worktree": "its worktree changed",
    "transcript": "its transcript grew",
    "turn": "its taps were heard",
    "processes": "its processes were at work",
    "output": "it printed something",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What a session shows at the moment; each text changes when there is something new.

    ``seen`` is by the names of ``CALLED``, ``cpu`` the seconds that its processes have used
    (None: nobody can tell). Its program is dead, or its processes are held; it is ``alone``
    when what it is about is off its hook.
    """

    session: str
    seen: Mapping[str, str] = field(default_factory=dict)
    cpu: float | None = None
    is_dead: bool = False
    is_held: bool = False
    is_alone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What is remembered of a session between two looks.

    ``quiet`` are the seconds since something was last ``heard``, which was at ``heard_at``;
    ``gone`` those since its program died in it, ``alone`` those that it has been there for
    nothing. ``nudges`` were typed since its work last moved, the last of them ``waited``
    seconds ago and perhaps ``answered``; what is printed next may be its ``echoes``.
    """

    session: str
    at: float
    seen: Mapping[str, str] = field(default_factory=dict)
    cpu: float | None = None
    quiet: float = 0.0
    heard: str = ""
    heard_at: float = 0.0
    is_dead: bool = False
    gone: float = 0.0
    is_alone: bool = False
    alone: float = 0.0
    nudges: int = 0
    waited: float = 0.0
    answered: bool = True
    echoes: bool = False

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        names = self.__dataclass_fields__
        return {name: getattr(self, name) for name in names} | {"seen": {**self.seen}}

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> Watch | None:
        """Return what ``fields`` gave; None if nobody can read it."""
        try:
            found = cls(**fields)
            total = found.quiet + found.gone + found.alone + found.waited + found.nudges
        except TypeError:
            return None
        return found if isinstance(found.seen, dict) and total >= 0 else None


def looked(before: Watch | None, signs: Signs, now: float) -> Watch:
    """Return what is remembered after a look at *signs*, given what was *before*."""
    if before is None or before.session != signs.session:
        return Watch(
            session=signs.session, at=now, seen=signs.seen, cpu=signs.cpu, heard_at=now,
            is_dead=signs.is_dead, is_alone=signs.is_alone,
        )  # fmt: skip
    passed = 0.0 if signs.is_held else min(max(now - before.at, 0.0), LONGEST)
    news = list(_news(before, signs, passed))
    after = replace(
        before, at=now, seen=signs.seen, cpu=signs.cpu, echoes=False,
        is_dead=signs.is_dead, is_alone=signs.is_alone,
        gone=before.gone + passed if signs.is_dead and before.is_dead else 0.0,
        alone=before.alone + passed if signs.is_alone and before.is_alone else 0.0,
        waited=before.waited + passed,
    )  # fmt: skip
    if not news:
        return replace(after, quiet=before.quiet + passed)
    after = replace(after, quiet=0.0, heard=news[0], heard_at=now)
    if {*news} - ECHO:
        after = replace(after, answered=True)
    return replace(after, nudges=0) if {*news} & WORK else after


def is_worth_it(before: Watch | None, after: Watch) -> bool:
    """Tell whether the difference is worth to be remembered: most looks at the busy are not."""
    if before is None or before.session != after.session:
        return True
    is_late = not 0 <= after.at - before.at < _LATE
    now, then = (
        (each.is_dead, each.is_alone, each.nudges, each.answered) for each in (after, before)
    )
    return is_late or now != then or (before.quiet > 0 and after.quiet == 0)


def nudged(before: Watch) -> Watch:
    """Return what is remembered once something was typed."""
    return replace(before, nudges=before.nudges + 1, waited=0.0, answered=False, echoes=True)


def _news(before: Watch, signs: Signs, passed: float) -> Iterator[str]:
    """Yield what is new, what says most first."""
    worked = signs.cpu is not None and before.cpu is not None and passed > 0
    for name in CALLED:
        if name == "processes":
            is_new = worked and (signs.cpu or 0) - (before.cpu or 0) >= BUSY * passed
        else:
            is_new = signs.seen.get(name, "") != before.seen.get(name, "")
        if is_new and not (before.echoes and name in ECHO):
            yield name
