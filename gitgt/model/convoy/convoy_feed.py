"""What convoys do next: whom they start, what they leave behind, when they are at their end.

A convoy that was launched starts its members as they become ready, as far as there is room,
and one after the other where several have to share it. It is looked at, never told: whoever
was fed is on a hook or waits with the scheduler the next time, so doing an act twice is doing
it once. What is staged, paused or closed does nothing.

Whether a member waits for others is what ``graph`` says; here that is a fact like the others.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Final, TypeAlias

from gitgt.model.dispatch import MAX_FAILURES
from gitgt.model.graph import NO_WORK, Graph, Node
from gitgt.values import dataclass

# What could not be slung so often is not tried again before somebody has looked.
MAX_REFUSALS: Final = 3
SKIPPED: Final = "mountain:skipped"
SYNTHESIS: Final = "synthesis"
_HELD: Final = ("hooked", "in_progress")
# What no agent can be given: it has parts, or somebody has to decide.
_NOT_SLUNG: Final = (*NO_WORK, "decision")
_ENDED: Final = ("closed", "tombstone")


class Why(StrEnum):
    """Why a member is not started."""

    ENDED = "ended"
    UNKNOWN = "unknown"  # it is nowhere, or cannot be read
    AT_WORK = "at-work"
    SCHEDULED = "scheduled"  # the scheduler has it
    TOWNS_OWN = "towns-own"  # it has no code to work on
    NO_WORK = "no-work"  # an epic, or a decision
    MEANT = "meant"  # for somebody who is to take it up
    SKIPPED = "skipped"
    BLOCKED = "blocked"
    PUT_OFF = "put-off"
    WAITS = "waits"  # for others
    OFF = "off"  # its rig is parked, docked or frozen
    FAILED = "failed"
    REFUSED = "refused"
    COOLING = "cooling"
    FULL = "full"  # there is no room in its rig
    NOT_LAUNCHED = "not-launched"


# What passes without anybody doing anything about it, and what somebody wanted so.
PASSING: Final = frozenset({Why.AT_WORK, Why.SCHEDULED, Why.COOLING, Why.FULL})
WANTED: Final = frozenset({Why.OFF})


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A bead of a convoy as its home ledger says; ``problem`` if that cannot be read.

    ``rig`` is whose it is, empty for the town's own. ``waits`` tells whether others hold it
    up, ``until`` in how many seconds it is not put off any more: 0 if it is not, endless if
    that needs somebody. ``failures`` counts who gave it up, ``refusals`` how often it could not
    even be slung, and ``cool`` for how many seconds it is let alone after that.
    """

    id: str
    title: str = ""
    status: str = ""
    assignee: str = ""
    problem: str = ""
    rig: str = ""
    type: str = "task"
    priority: int = 2
    landed: bool = False
    waits: bool = False
    until: float = 0.0
    labels: tuple[str, ...] = ()
    failures: int = 0
    refusals: int = 0
    refused: str = ""
    cool: float = 0.0
    scheduled: bool = False

    @property
    def is_closed(self) -> bool:
        """Tell whether nothing more is to be done."""
        return self.status in _ENDED

    @property
    def is_at_work(self) -> bool:
        """Tell whether it is on somebody's hook, or handed in and not landed yet."""
        return self.status in _HELD

    @property
    def is_left(self) -> bool:
        """Tell whether a mountain has left it behind."""
        return SKIPPED in self.labels and self.status == "blocked"

    @property
    def is_synthesis(self) -> bool:
        """Tell whether it makes one of what the others have made."""
        return SYNTHESIS in self.labels

    def fields(self) -> dict[str, str]:
        """Return it as plain values, empty ones left out."""
        found = {
            "id": self.id,
            "title": self.title,
            "status": self.status,
            "assignee": self.assignee,
            "error": self.problem,
        }
        return {name: value for name, value in found.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Caravan:
    """A convoy, and its members; ``stalled`` tells that its people know it needs them.

    ``wholes`` are the epics within it whose parts are all closed.
    """

    id: str
    members: tuple[Member, ...] = ()
    status: str = "open"
    launched: bool = False
    paused: bool = False
    mountain: bool = False
    owned: bool = False
    stalled: bool = False
    wholes: tuple[str, ...] = ()

    @property
    def feeds(self) -> bool:
        """Tell whether it starts work by itself."""
        return self.status == "open" and self.launched and not self.paused


@dataclass(frozen=True, slots=True)
class Place:
    """A rig: for how many more it has room, and why nobody is to be started there."""

    room: int
    off: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """Put the bead on a hook, or give it to the scheduler."""

    convoy: str
    bead: str


@dataclass(frozen=True, slots=True)
class Skip:
    """Do not start the bead now."""

    convoy: str
    bead: str
    why: Why
    detail: str = ""


@dataclass(frozen=True, slots=True)
class LeaveBehind:
    """Block the bead, and say on it why: the mountain goes on without it."""

    convoy: str
    bead: str
    failures: int


@dataclass(frozen=True, slots=True)
class Finish:
    """Close an epic within the convoy: something may wait for it, and its parts are closed."""

    convoy: str
    epic: str


@dataclass(frozen=True, slots=True)
class Close:
    """All members are closed: so is the convoy, and its people hear of it."""

    convoy: str


@dataclass(frozen=True, slots=True)
class Ripe:
    """All members are closed, and its owner is to end it."""

    convoy: str


@dataclass(frozen=True, slots=True)
class Stalled:
    """It goes on only if somebody does something about one of these."""

    convoy: str
    stuck: tuple[Skip, ...]


@dataclass(frozen=True, slots=True)
class GoesOn:
    """It needed somebody, and does not any more."""

    convoy: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Look again in so many seconds."""

    convoy: str
    seconds: float


Act: TypeAlias = Feed | Skip | LeaveBehind | Finish | Close | Ripe | Stalled | GoesOn | Wait


def plan(
    caravans: Sequence[Caravan],
    places: Mapping[str, Place],
    *,
    max_failures: int = MAX_FAILURES,
) -> list[Act]:
    """Return what each of the *caravans* is to do, given the rigs as *places*."""
    looks = [_Look(each, places, max_failures) for each in caravans if each.status == "open"]
    fed = _dealt(looks, places)
    return [act for look in looks for act in look.acts(fed)]


def _dealt(looks: Sequence[_Look], places: Mapping[str, Place]) -> set[str]:
    """Return the beads that are fed: each convoy has its turn, while its rig has room."""
    room = {name: place.room for name, place in places.items()}
    waiting = [list(look.ready) for look in looks]
    fed: set[str] = set()
    while any(waiting):
        for ready in waiting:
            while ready:
                member = ready.pop(0)
                if member.id not in fed and room[member.rig] > 0:
                    fed.add(member.id)
                    room[member.rig] -= 1
                    break
    return fed


class _Look:
    """One convoy, looked at."""

    def __init__(
        self, caravan: Caravan, places: Mapping[str, Place], max_failures: int
    ) -> None:  # fmt: skip
        self._caravan = caravan
        open_ = [each for each in caravan.members if not each.is_closed]
        self._open = sorted(open_, key=lambda each: (each.priority, each.id))
        self._why = {
            each.id: why_not(each, places, max_failures)
            for each in self._open
            if self._may(each)
        }
        self.ready = [each for each in self._open if self._why.get(each.id, 0) is None]

    def _may(self, member: Member) -> bool:
        """Tell whether the convoy may start it: a synthesis was asked for to be started."""
        at_will = member.is_synthesis and not self._caravan.paused
        return self._caravan.feeds or at_will

    def acts(self, fed: set[str]) -> Iterator[Act]:
        """Yield what it does, once it is known who is *fed*."""
        name = self._caravan.id
        if self._caravan.members and not self._open:
            yield Ripe(name) if self._caravan.owned else Close(name)
            return
        own = [self._act(each, fed) for each in self._open if each.id in self._why]
        if self._caravan.feeds:
            own += [Finish(name, each) for each in self._caravan.wholes]
        yield from own
        waits = [wait for each in self._open if (wait := self._wait(each)) < math.inf]
        if waits:
            yield Wait(name, min(waits))
        if not self._caravan.feeds:
            return
        skips = tuple(act for act in own if isinstance(act, Skip))
        if len(skips) < len(own) or waits or any(each.why in PASSING for each in skips):
            if self._caravan.stalled:
                yield GoesOn(name)
        elif own and not any(each.why in WANTED for each in skips):
            yield Stalled(name, skips)

    def _act(self, member: Member, fed: set[str]) -> Act:
        name, found = self._caravan.id, self._why[member.id]
        if found is None:
            is_fed = member.id in fed
            return Feed(name, member.id) if is_fed else Skip(name, member.id, Why.FULL)
        why, detail = found
        if why is Why.FAILED and self._caravan.mountain:
            return LeaveBehind(name, member.id, member.failures)
        return Skip(name, member.id, why, detail)

    def _wait(self, member: Member) -> float:
        """Return in how many seconds time alone will let it be started."""
        found = self._why.get(member.id)
        if found is None or found[0] not in (Why.COOLING, Why.PUT_OFF):
            return math.inf
        return (member.cool if found[0] is Why.COOLING else member.until) or math.inf


def why_not(
    member: Member, places: Mapping[str, Place], max_failures: int = MAX_FAILURES
) -> tuple[Why, str] | None:
    """Return why *member* cannot be started just now, with what else is to be said; or None."""
    if member.is_closed:
        return Why.ENDED, ""
    if member.problem or not member.status:
        return Why.UNKNOWN, member.problem
    if member.is_at_work:
        return Why.AT_WORK, member.assignee
    if member.is_left:
        return Why.SKIPPED, ""
    if member.failures >= max_failures:  # whoever gave it up may have blocked it already
        return Why.FAILED, f"{member.failures} times"
    if member.status == "blocked":
        return Why.BLOCKED, ""
    return _never(member) or _not_yet(member) or _not_there(member, places)


def _never(member: Member) -> tuple[Why, str] | None:
    """Return what only a person changes."""
    if not member.rig:
        return Why.TOWNS_OWN, ""
    if member.type in _NOT_SLUNG:
        return Why.NO_WORK, member.type
    if member.status in ("pinned", "deferred"):
        return Why.PUT_OFF, member.status
    return None


def _not_yet(member: Member) -> tuple[Why, str] | None:
    if member.waits:
        return Why.WAITS, ""
    if member.until > 0:
        return Why.PUT_OFF, ""
    if member.assignee:
        return Why.MEANT, member.assignee
    return (Why.SCHEDULED, "") if member.scheduled else None


def _not_there(member: Member, places: Mapping[str, Place]) -> tuple[Why, str] | None:
    place = places.get(member.rig)
    if place is None:
        return Why.UNKNOWN, f"the rig {member.rig} is not here"
    if member.refusals >= MAX_REFUSALS:
        return Why.REFUSED, member.refused
    if place.off:
        return Why.OFF, place.off
    return (Why.COOLING, member.refused) if member.cool > 0 else None


def member_of(node: Node, graph: Graph, rig: str, now: str) -> Member:
    """Return what *graph* says of a bead of *rig*, as a member: for whoever has no ledger."""
    return Member(
        id=node.id,
        rig=rig,
        type=node.type,
        status=node.status,
        landed=node.landed,
        waits=graph.standing(node, now) == "blocked" and node.status == "open",
        until=math.inf if graph.until(node) > now else 0.0,
    )


def is_slung(kind: str) -> bool:
    """Tell whether work of that type can be put on a hook."""
    return kind not in _NOT_SLUNG


def held_below(roots: Iterable[str], held_by: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Return what waits for one of *roots*, through whatever lies between: bead to root."""
    behind: dict[str, list[str]] = {}
    for bead, others in held_by.items():
        for each in others:
            behind.setdefault(each, []).append(bead)
    found: dict[str, str] = {}
    for root in sorted(roots):
        waiting = [root]
        for at in waiting:
            for each in sorted(behind.get(at, ())):
                if each not in found:
                    found[each] = root
                    waiting.append(each)
    return found
