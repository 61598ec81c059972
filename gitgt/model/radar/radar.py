"""Radar: which branches are about to collide, and how badly. git merges, this decides what.

Two branches are merged on trial only where what they changed overlaps, and what is known of
two heads stays true for ever. What git finds is somebody's doing: where a branch has fallen
behind its target, the same conflict shows in each of its trials, and is told once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from itertools import combinations
from typing import Final, Self

from gitgt.model.documents import Severity
from gitgt.values import dataclass

# A branch that changes more than these is taken to overlap with everybody: merging tells.
MOST_PATHS: Final = 5000
# Git's words for what lines can settle; all else needs a decision.
_LINES: Final = frozenset({"contents"})
_MANY: Final = 5

Span = tuple[int, int]  # first and last line; the last is before the first where lines went


class Standing(StrEnum):
    """What a branch is to the town."""

    TARGET = "target"
    QUEUED = "queued"  # with the refinery
    WORKING = "working"  # on a hook
    EARLIER = "earlier"  # an earlier try of what is on a hook
    CREW = "crew"


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A branch that may land one day, or the target itself.

    ``draft`` is a commit of what its agent has not committed; empty if there is nothing.
    """

    branch: str
    head: str
    standing: Standing
    target: str = ""
    agent: str = ""
    bead: str = ""
    draft: str = ""

    @property
    def tip(self) -> str:
        """Where it is going: with what is not committed yet."""
        return self.draft or self.head


@dataclass(frozen=True, slots=True)
class Touched:
    """What a branch has changed since it left its target.

    Below what it ``blocks``, new files and folders that are gone, nobody else can put
    anything without a conflict; ``above`` are the folders of what it has put somewhere.
    """

    paths: frozenset[str] = frozenset()
    blocks: frozenset[str] = frozenset()
    above: frozenset[str] = frozenset()
    wide: bool = False

    @classmethod
    def of(cls, changes: Sequence[tuple[str, str]], gone: Iterable[str]) -> Self:
        """Return it for *changes*, git's letter and path each, by which folders are *gone*.

        A rename is a path that goes and one that comes.
        """
        if len(changes) > MOST_PATHS:
            return cls(wide=True)
        added = {path for letter, path in changes if letter == "A"}
        return cls(
            frozenset(path for _, path in changes),
            frozenset(added | {*gone}),
            frozenset(folder for path in added for folder in folders_of(path)),
        )

    def __bool__(self) -> bool:
        return self.wide or bool(self.paths)

    def has(self, path: str) -> bool:
        """Tell whether it may have changed *path*."""
        return self.wide or path in self.paths

    def overlaps(self, other: Touched) -> bool:
        """Tell whether merging the two may be a conflict: better once too often than never."""
        if not self or not other:
            return False
        if self.wide or other.wide:
            return True
        return not (
            self.paths.isdisjoint(other.paths)
            and self.blocks.isdisjoint(other.above)
            and other.blocks.isdisjoint(self.above)
        )


def folders_of(path: str) -> Iterator[str]:
    """Yield the folders that *path* lies in, the innermost first."""
    while (at := path.rfind("/")) > 0:
        path = path[:at]
        yield path


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """A path in conflict: git's word for it, and each side's lines, as far as known.

    ``draft`` says that it is about something that is not committed.
    """

    path: str
    kind: str
    ours: tuple[Span, ...] = ()
    theirs: tuple[Span, ...] = ()
    draft: bool = False

    @property
    def is_of_lines(self) -> bool:
        """Tell whether some lines are all that has to be settled."""
        return self.kind in _LINES


@dataclass(frozen=True, slots=True)
class Trial:
    """Two commits to be merged by the attributes called so; the same for both orders."""

    one: str
    other: str
    attributes: str

    @classmethod
    def of(cls, one: str, other: str, attributes: str) -> Self:
        """Return the trial of two commits."""
        first, second = sorted((one, other))
        return cls(first, second, attributes)


@dataclass(frozen=True, slots=True)
class Found:
    """What a trial said. ``tree`` is empty where it is a conflict, or git could not tell."""

    tree: str = ""
    spots: tuple[Spot, ...] = ()


Known = Mapping[Trial, Found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """A live branch, what it touched, and what its target has changed meanwhile.

    ``rules`` names the target's attributes. ``aside`` is why it is merged with nobody.
    """

    live: Live
    target: Live
    target_tree: str = ""
    rules: str = ""
    own: Touched = Touched()
    draft: Touched = Touched()
    moved: Touched = Touched()
    aside: str = ""

    @property
    def latest(self) -> Touched:
        """What it touches with what is not committed."""
        return self.draft if self.live.draft else self.own


@dataclass(frozen=True, slots=True)
class Collision:
    """Two that cannot both land as they are; where, ``ours`` are the lines of ``one``."""

    one: Live
    other: Live
    spots: tuple[Spot, ...]

    @property
    def may(self) -> bool:
        """Tell whether it is only about what somebody has not committed."""
        return all(each.draft for each in self.spots)

    @property
    def severity(self) -> Severity:
        """Return how bad it is."""
        if self.may:
            return Severity.LOW
        sure = [each for each in self.spots if not each.draft]
        if len(sure) > _MANY or not all(each.is_of_lines for each in sure):
            return Severity.HIGH
        return Severity.MEDIUM

    @property
    def order(self) -> tuple[int, int, str, str]:
        """Sort the worst first, equals by their names."""
        rank = (Severity.HIGH, Severity.MEDIUM, Severity.LOW).index(self.severity)
        return rank, -len(self.spots), self.one.branch, self.other.branch

    def seen_by(self, branch: str) -> Collision:
        """Return it with *branch* first."""
        if self.one.branch == branch:
            return self
        turned = (replace(each, ours=each.theirs, theirs=each.ours) for each in self.spots)
        return Collision(self.other, self.one, tuple(turned))


def wanted(scanned: Sequence[Scanned], known: Known) -> list[Trial]:
    """Return the trials that are still to be made, those with targets first."""
    found = dict.fromkeys(_with_target(scanned))
    live = [each for each in scanned if not landed(each, known)]
    found.update(dict.fromkeys(_with_each_other(live)))
    return [trial for trial in found if trial not in known]


def _with_target(scanned: Iterable[Scanned]) -> Iterator[Trial]:
    for each in scanned:
        if each.own.overlaps(each.moved):
            yield Trial.of(each.live.head, each.target.head, each.rules)
        if each.live.draft and each.draft.overlaps(each.moved):
            yield Trial.of(each.live.draft, each.target.head, each.rules)


def _with_each_other(scanned: Iterable[Scanned]) -> Iterator[Trial]:
    for one, other in combinations(scanned, 2):
        if one.own.overlaps(other.own):
            yield _trial(one, other)
        if (one.live.draft or other.live.draft) and one.latest.overlaps(other.latest):
            yield _drafts(one, other)


def _trial(one: Scanned, other: Scanned) -> Trial:
    return Trial.of(one.live.head, other.live.head, _rules(one, other))


def _drafts(one: Scanned, other: Scanned) -> Trial:
    return Trial.of(one.live.tip, other.live.tip, _rules(one, other))


def _rules(one: Scanned, other: Scanned) -> str:
    """Return whose attributes count; of two targets', those that sort first."""
    return min(one.rules, other.rules)


def landed(each: Scanned, known: Known) -> bool:
    """Tell whether the target has all that a branch brings, however it came there."""
    if each.live.draft:
        return False
    found = known.get(Trial.of(each.live.head, each.target.head, each.rules))
    return found is not None and found.tree == each.target_tree


def collisions(scanned: Sequence[Scanned], known: Known) -> tuple[Collision, ...]:
    """Return who collides as far as it is known, the worst first."""
    live = [each for each in scanned if not landed(each, known)]
    behind = {each.live.branch: _spots_with_target(each, known) for each in live}
    found = [
        Collision(each.live, each.target, behind[each.live.branch])
        for each in live
        if behind[each.live.branch]
    ]
    for one, other in combinations(live, 2):
        spots = _spots(one, other, behind, known)
        if spots:
            found.append(Collision(one.live, other.live, spots))
    return tuple(sorted(found, key=lambda each: each.order))


def _spots_with_target(each: Scanned, known: Known) -> tuple[Spot, ...]:
    sure = _told(known, each.live.head, each.target.head, each.rules)
    if not each.live.draft:
        return sure
    return _joined(sure, _told(known, each.live.draft, each.target.head, each.rules))


def _spots(
    one: Scanned, other: Scanned, behind: Mapping[str, tuple[Spot, ...]], known: Known
) -> tuple[Spot, ...]:
    rules = _rules(one, other)
    sure = _told(known, one.live.head, other.live.head, rules)
    if one.live.draft or other.live.draft:
        sure = _joined(sure, _told(known, one.live.tip, other.live.tip, rules))
    targets = _not_of(other, behind[one.live.branch]) | _not_of(one, behind[other.live.branch])
    return tuple(each for each in sure if each.path not in targets)


def _not_of(each: Scanned, spots: Iterable[Spot]) -> set[str]:
    """Return the paths in which somebody collides with the target, and *each* has no part."""
    return {spot.path for spot in spots if not each.latest.has(spot.path)}


def _joined(sure: tuple[Spot, ...], drafts: tuple[Spot, ...]) -> tuple[Spot, ...]:
    paths = {each.path for each in sure}
    more = (replace(each, draft=True) for each in drafts if each.path not in paths)
    return (*sure, *more)


def _told(known: Known, one: str, other: str, rules: str) -> tuple[Spot, ...]:
    """Return the spots of a trial, ``ours`` being those of *one*."""
    trial = Trial.of(one, other, rules)
    found = known.get(trial)
    if found is None:
        return ()
    if trial.one == one:
        return found.spots
    return tuple(replace(each, ours=each.theirs, theirs=each.ours) for each in found.spots)
