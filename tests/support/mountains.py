"""Mountains to climb: beads in waves, some of which nobody gets done."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Final

# A hundred beads in eight waves.
WAVES: Final = (13, 13, 13, 13, 12, 12, 12, 12)


def mountain(lots: random.Random) -> tuple[dict[str, tuple[str, ...]], set[str]]:
    """Return who waits for whom, always of the wave before, and the tenth that is hopeless."""
    names = [
        [f"w{wave}{number:02}" for number in range(wide)] for wave, wide in enumerate(WAVES)
    ]
    after: dict[str, tuple[str, ...]] = dict.fromkeys(names[0], ())
    for before, here in pairwise(names):
        for place, name in enumerate(here):
            others = {before[place], lots.choice(before)} if place % 3 == 0 else {before[place]}
            after[name] = tuple(sorted(others))
    return after, set(lots.sample(sorted(after), len(after) // 10))
