"""Which of the slots that stand ready a gate is run in: the one that is warm for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Warm:
    """A slot that nobody is in: the gate that ran there last, and what it may have left.

    ``keeps``: of its outputs some were to be kept. ``far`` is in how many files the tree there
    differs from the one that is wanted.
    """

    number: int
    gate: str = ""
    keeps: bool = False
    far: int = 0


def choose(free: Iterable[Warm], taken: Sequence[int], gate: str) -> int:
    """Return the slot for *gate*: its own, the nearest; one that nobody misses; or a new one.

    What another gate has kept is not thrown away while a new slot can be had instead, so there
    are at the most as many as run at once, and one more for each gate that keeps something.
    """
    ranked = sorted((_rank(each, gate), each.far, each.number) for each in free)
    if ranked and ranked[0][0] < _ANOTHERS:
        return ranked[0][2]
    known = {*taken, *(number for _, _, number in ranked)}
    return next(number for number in range(len(known) + 1) if number not in known)


_ANOTHERS = 2


def _rank(slot: Warm, gate: str) -> int:
    if slot.gate == gate:
        return 0
    return _ANOTHERS if slot.keeps else 1
