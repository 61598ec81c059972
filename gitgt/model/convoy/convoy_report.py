"""What is said of a convoy: when it has landed, when it needs somebody, how far it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from gitgt.model.convoy.convoy_feed import Member, Skip, Why, held_below
from gitgt.model.when import lasts
from gitgt.values import dataclass

_WORDS: Final = {
    Why.UNKNOWN: "cannot be read",
    Why.TOWNS_OWN: "is the town's own",
    Why.NO_WORK: "is no work for an agent",
    Why.MEANT: "is meant for somebody",
    Why.SKIPPED: "left behind",
    Why.BLOCKED: "blocked",
    Why.PUT_OFF: "put off",
    Why.WAITS: "waiting for others",
    Why.OFF: "in a rig where nobody is started",
    Why.FAILED: "failed too often",
    Why.REFUSED: "could not be slung",
    Why.NOT_LAUNCHED: "ready",
}
_ORDER: Final = tuple(_WORDS)
_AGAIN: Final = (
    "git gt bead update BEAD --status open tries it again; "
    "git gt bead close BEAD --reason Descoped --outcome cancelled goes on without it"
)
_HELP: Final = {
    Why.SKIPPED: _AGAIN,
    Why.FAILED: _AGAIN,
    Why.BLOCKED: _AGAIN,
    Why.PUT_OFF: "git gt bead update BEAD --status open",
    Why.MEANT: "git gt bead update BEAD --assignee '' lets anybody take it",
    Why.NO_WORK: "git gt bead close BEAD --reason '...', once it is done",
    Why.TOWNS_OWN: "git gt bead close BEAD --reason '...', or make it in the ledger of a rig",
    Why.REFUSED: "git gt sling BEAD",
    Why.NOT_LAUNCHED: "git gt sling BEAD",
    Why.FULL: "git gt sling BEAD",
    Why.WAITS: "git gt bead show BEAD tells what it waits for",
    Why.UNKNOWN: "git gt bead show BEAD",
}
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Left:
    """A member that was left behind or is stuck: why, what helps, and what waits for it."""

    bead: str
    why: str
    help: str = ""
    dependents: tuple[str, ...] = ()

    def fields(self) -> dict[str, Any]:
        """Return it as plain values, empty ones left out."""
        found = {
            "id": self.bead, "why": self.why, "help": self.help,
            "dependents": list(self.dependents),
        }  # fmt: skip
        return {name: value for name, value in found.items() if value}


@dataclass(frozen=True, slots=True)
class Account:
    """How far a convoy came: which members landed, ended otherwise, are stuck, or go on."""

    landed: tuple[str, ...]
    ended: tuple[str, ...]
    at_work: tuple[str, ...]
    left: tuple[Left, ...]
    waiting: tuple[str, ...]
    open: tuple[str, ...]
    seconds: float

    @property
    def total(self) -> int:
        """How many members there are."""
        parts = (self.landed, self.ended, self.at_work, self.left, self.waiting, self.open)
        return sum(map(len, parts))

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "landed": list(self.landed),
            "ended": list(self.ended),
            "at_work": list(self.at_work),
            "left": [each.fields() for each in self.left],
            "waiting": list(self.waiting),
            "open": list(self.open),
            "seconds": round(self.seconds),
        }

    def headline(self) -> str:
        """Return it in one line."""
        counts = (
            (len(self.landed) + len(self.ended), "done"),
            (len(self.at_work), "at work"),
            (len(self.left), "left behind"),
            (len(self.waiting), "waiting for those"),
            (len(self.open), "open"),
        )
        said = [f"{count} {word}" for count, word in counts if count]
        return f"of {self.total}: {', '.join(said) or 'nothing'}, in {lasts(self.seconds)}"

    def lines(self) -> Iterator[str]:
        """Yield what a person reads of it."""
        yield self.headline()
        for name, beads in (("landed", self.landed), ("ended otherwise", self.ended)):
            if beads:
                yield f"{name}: {', '.join(beads)}"
        for each in self.left:
            yield f"{each.bead}: {each.why}"
            if each.dependents:
                yield f"  waiting for it: {', '.join(each.dependents)}"
            if each.help:
                yield f"  {each.help}"


def account(
    members: Sequence[Member],
    left: Mapping[str, Left],
    held_by: Mapping[str, Iterable[str]],
    seconds: float,
) -> Account:
    """Return how far the *members* came, given which are *left* and what each waits for."""
    below = held_below(left, held_by)
    open_ = [each for each in members if not each.is_closed]
    waiting = {each.id for each in open_ if each.id in below and each.id not in left}
    stuck = tuple(
        Left(each.bead, each.why, each.help, tuple(_of(below, each.bead, waiting)))
        for each in left.values()
    )
    rest = [each for each in open_ if each.id not in waiting and each.id not in left]
    return Account(
        landed=tuple(each.id for each in members if each.is_closed and each.landed),
        ended=tuple(each.id for each in members if each.is_closed and not each.landed),
        at_work=tuple(each.id for each in rest if each.is_at_work),
        left=stuck,
        waiting=tuple(sorted(waiting)),
        open=tuple(each.id for each in rest if not each.is_at_work),
        seconds=seconds,
    )


def _of(below: Mapping[str, str], root: str, waiting: set[str]) -> list[str]:
    return sorted(name for name, whose in below.items() if whose == root and name in waiting)


def why_stalled(stuck: Iterable[Skip], members: Sequence[Member]) -> str:
    """Return in one line why a convoy goes no further by itself."""
    kinds: dict[Why, list[str]] = {}
    for each in stuck:
        kinds.setdefault(each.why, []).append(each.bead)
    parts = [_told(why, kinds[why]) for why in _ORDER if why in kinds]
    done = sum(each.is_closed for each in members)
    return f"{done} of {len(members)} done; {'; '.join(parts)}"


def _told(why: Why, beads: Sequence[str]) -> str:
    if why is Why.WAITS:
        return f"{len(beads)} {_WORDS[why]}"
    more = f" and {len(beads) - _SHOWN} more" if len(beads) > _SHOWN else ""
    return f"{len(beads)} {_WORDS[why]}: {', '.join(beads[:_SHOWN])}{more}"


def word(why: Why) -> str:
    """Return *why* as people read it."""
    return _WORDS.get(why, str(why))


def way_out(skip: Skip) -> str:
    """Return the command that helps a member that is stuck; empty if none does."""
    return _HELP.get(skip.why, "").replace("BEAD", skip.bead)
