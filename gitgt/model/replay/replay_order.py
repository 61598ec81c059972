"""Which commits a step brings, and which steps wait for which.

The rule that everything else follows from: **when a step starts, every path that it touches
stands as it stood in the original**. It holds because a step waits for the step before it on
each of its paths. So steps may land in any order that keeps to this, on any parents, and the
last tree is still the original's.

A branch asks for more: what landed before it left must land before what it does not know
yet. Else there would be no commit from which it could leave as it did, and no conflict where
the original had one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from gitgt.model.replay.replay import Original
from gitgt.values import dataclass

# These change how git merges and checks out every other path.
_CONCERNS_ALL: Final = frozenset({b".gitattributes", b".gitmodules"})


def shares(
    chain: Sequence[str], parents: Mapping[str, Sequence[str]]
) -> list[tuple[tuple[str, ...], ...]]:
    """Return, for each commit of *chain*, the commits that each further parent brought.

    *parents* holds the commits of the range, parents first; what is not in it was there
    before. A commit belongs to the first of the chain that reaches it.
    """
    order = {oid: at for at, oid in enumerate(parents)}
    taken = set(chain)
    found: list[tuple[tuple[str, ...], ...]] = []
    for oid in chain:
        brought = [_take(head, parents, taken) for head in parents[oid][1:]]
        found.append(tuple(tuple(sorted(each, key=order.__getitem__)) for each in brought))
    return found


def _take(head: str, parents: Mapping[str, Sequence[str]], taken: set[str]) -> list[str]:
    mine: list[str] = []
    waiting = [head]
    while waiting:
        oid = waiting.pop()
        if oid in taken or oid not in parents:
            continue
        taken.add(oid)
        mine.append(oid)
        waiting.extend(parents[oid])
    return mine


def boundary(own: Sequence[Original]) -> tuple[str, ...]:
    """Return the commits that *own* were built upon and that are none of them."""
    inside = {commit.oid for commit in own}
    outside = (parent for commit in own for parent in commit.parents if parent not in inside)
    return tuple(dict.fromkeys(outside))


@dataclass(frozen=True, slots=True)
class Departure:
    """A branch left the chain after step *left*, touched *paths*, and came back at *merged*."""

    left: int
    merged: int
    paths: frozenset[bytes]


def dependencies(
    touched: Sequence[AbstractSet[bytes]], departures: Iterable[Departure] = ()
) -> list[tuple[int, ...]]:
    """Return which earlier ones each of *touched*, the paths of steps in order, waits for.

    A path waits for the last step on itself, on a path above it (a file that becomes a
    folder) and on the paths below it (a folder that becomes a file). A step that changes
    attributes or submodules waits for all and all wait for it. What follows from other
    dependencies is left out.
    """
    memory = _Memory(frozenset[bytes]().union(*touched))
    away = _Away(departures)
    reach: list[int] = []  # for each step, as bits, all that it waits for
    found: list[tuple[int, ...]] = []
    for number, paths in enumerate(touched):
        wanted = memory.wanted(paths) | away.wanted(number, paths)
        needs, reached = _reduced(wanted, reach)
        memory.remember(number, paths, needs)
        away.leave(number, memory)
        reach.append(reached)
        found.append(needs)
    return found


def concerns_all(paths: Iterable[bytes]) -> bool:
    """Tell whether *paths* hold one that changes how git treats all others."""
    return any(path.rpartition(b"/")[2] in _CONCERNS_ALL for path in paths)


class _Memory:
    """Who touched what last."""

    def __init__(self, ever: frozenset[bytes]) -> None:
        self._ever = ever
        self._last: dict[bytes, int] = {}
        self._below: dict[bytes, set[int]] = {}
        self._barrier: int | None = None
        self._unwaited: set[int] = set()  # steps that no other waits for

    def wanted(self, paths: AbstractSet[bytes]) -> set[int]:
        found = set() if self._barrier is None else {self._barrier}
        if concerns_all(paths):
            return found | self._unwaited
        for path in paths:
            for place in (path, *self._above(path)):
                if place in self._last:
                    found.add(self._last[place])
            found |= self._below.get(path, set())
        return found

    def remember(self, number: int, paths: AbstractSet[bytes], needs: Iterable[int]) -> None:
        self._unwaited.difference_update(needs)
        self._unwaited.add(number)
        if concerns_all(paths):
            self._barrier = number
        for path in paths:
            self._last[path] = number
            for above in self._above(path):
                self._below.setdefault(above, set()).add(number)

    def last(self, paths: AbstractSet[bytes]) -> set[int]:
        return {self._last[path] for path in paths if path in self._last}

    def _above(self, path: bytes) -> Iterator[bytes]:
        """Yield the folders of *path* that at some step are none: most are of no interest."""
        at = path.find(b"/")
        while at >= 0:
            if path[:at] in self._ever:
                yield path[:at]
            at = path.find(b"/", at + 1)


class _Away:
    """The branches that have left and are not back, with what landed before on their paths."""

    def __init__(self, departures: Iterable[Departure]) -> None:
        self._leaving: dict[int, list[Departure]] = {}
        for each in departures:
            self._leaving.setdefault(each.left, []).append(each)
        self._gone: list[tuple[Departure, set[int]]] = []

    def leave(self, number: int, memory: _Memory) -> None:
        self._gone = [(each, before) for each, before in self._gone if each.merged > number + 1]
        for each in self._leaving.get(number, ()):
            self._gone.append((each, memory.last(each.paths)))

    def wanted(self, number: int, paths: AbstractSet[bytes]) -> set[int]:
        found: set[int] = set()
        for each, before in self._gone:
            if each.merged > number and not each.paths.isdisjoint(paths):
                found |= before
        return found


def _reduced(wanted: Iterable[int], reach: Sequence[int]) -> tuple[tuple[int, ...], int]:
    """Drop those of *wanted* that others of them wait for already."""
    kept: list[int] = []
    reached = 0
    for number in sorted(wanted, reverse=True):
        if not reached >> number & 1:
            kept.append(number)
            reached |= reach[number] | 1 << number
    return tuple(reversed(kept)), reached
