"""Which steps of a replay to take up next: a pure choice."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

# So many steps may be ahead of what has landed in order: the refinery tests no more at once.
AHEAD = 5


def next_up(
    needs: Sequence[Sequence[int]],
    *,
    landed: AbstractSet[int],
    in_hand: AbstractSet[int],
    free: int,
    room: int,
) -> list[int]:
    """Return the steps that *free* agents should take up, the earliest first.

    A step is ready when all that it needs has landed. *room* is how many steps may be in hand
    altogether: more than that would wait for the refinery and grow old.
    """
    count = max(0, min(free, room - len(in_hand)))
    found: list[int] = []
    for number, wanted in enumerate(needs):
        if len(found) >= count:
            break
        if number not in landed and number not in in_hand and landed >= set(wanted):
            found.append(number)
    return found
