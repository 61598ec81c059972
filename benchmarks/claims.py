"""How claims through one remote go: 8 clones want the same 200 beads.

    python -m benchmarks.claims [CLONES] [BEADS]

By path, by ssh's protocol and by HTTP. A bead that two clones believe to have is a failure.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.support.clones import hub
from tests.support.rivals import race
from tests.support.world import World


def main() -> int:
    """Print one line for each transport; fail if a bead has not exactly one winner."""
    clones, beads = [*map(int, sys.argv[1:]), *(8, 200)[len(sys.argv) - 1 :]]
    world, wrong = World(), 0
    world.enter()
    try:
        for how in ("file", "ssh", "http"):
            with tempfile.TemporaryDirectory() as folder:
                bare = hub(Path(folder)).path
                began = time.perf_counter()
                problems = race(Path(folder), bare, how, clones=clones, beads_each=beads)
                spent = time.perf_counter() - began
            wrong += len(problems)
            told = f"{clones} clones x {beads} beads over {how}"
            print(f"{told}: {len(problems)} wrong, {spent:.0f} s")
            print("".join(f"  {each}\n" for each in problems[:10]), end="")
    finally:
        world.leave()
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
