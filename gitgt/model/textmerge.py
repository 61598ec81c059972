"""Text merged line by line, three-way, without markers: it always ends with one text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final, NamedTuple

# difflib looks at every pair of equal lines: a thousand blank ones on both sides are a million.
_MOST_PAIRS: Final = 200_000


class Chunk(NamedTuple):
    """What stands between two places where base and both sides agree."""

    base: Sequence[str]
    first: Sequence[str]
    last: Sequence[str]


def merge_text(base: str, first: str, last: str) -> tuple[str, bool]:
    """Merge *first* and *last*, both made from *base*; tell too whether any of *first* is lost.

    Where both changed the same lines, *last* wins. Where both only added lines at the same
    place, both additions stay, in this order.
    """
    old, one, two = base.split("\n"), first.split("\n"), last.split("\n")
    if not base or _pairs(old, one) + _pairs(old, two) > _MOST_PAIRS:
        return last, True
    merged: list[str] = []
    lost = False
    for chunk in _chunks(old, one, two):
        if chunk.first in (chunk.base, chunk.last):
            merged += chunk.last
        elif chunk.last == chunk.base:
            merged += chunk.first
        elif not chunk.base:
            merged += [*chunk.first, *chunk.last]
        else:
            merged += chunk.last
            lost = True
    return "\n".join(merged), lost


def _pairs(one: Sequence[str], two: Sequence[str]) -> int:
    """Return how many pairs of equal lines there are."""
    counted = Counter(two)
    return sum(counted[line] for line in one)


def _chunks(base: Sequence[str], one: Sequence[str], two: Sequence[str]) -> Iterator[Chunk]:
    """Cut all three texts at the stretches where they agree; those are chunks of their own."""
    at_base = at_one = at_two = 0
    for start, length, in_one, in_two in _agreements(base, one, two):
        yield Chunk(base[at_base:start], one[at_one:in_one], two[at_two:in_two])
        at_base, at_one, at_two = start + length, in_one + length, in_two + length
        same = base[start:at_base]
        yield Chunk(same, same, same)


def _agreements(
    base: Sequence[str], one: Sequence[str], two: Sequence[str]
) -> Iterator[tuple[int, int, int, int]]:
    """Return where a stretch of *base* stands in both others: start, length, where there."""
    ours = SequenceMatcher(None, base, one, autojunk=False).get_matching_blocks()
    theirs = SequenceMatcher(None, base, two, autojunk=False).get_matching_blocks()
    i = j = 0
    while i < len(ours) and j < len(theirs):
        left, right = ours[i], theirs[j]
        start = max(left.a, right.a)
        end = min(left.a + left.size, right.a + right.size)
        if start < end:
            yield start, end - start, left.b + start - left.a, right.b + start - right.a
        if left.a + left.size < right.a + right.size:
            i += 1
        else:
            j += 1
    yield len(base), 0, len(one), len(two)
