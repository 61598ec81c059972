"""Durability: a molecule of 1,025 steps, done by an agent that is killed 50 times.

    python -m benchmarks.hanoi [DISKS [KILLS]]

The agent asks what can be done, does it, says so, and knows nothing else. It is killed with
SIGKILL at moments that nobody chose and started again, until the molecule is complete. Then the
ledger's history is read: each step was done exactly once, in the only order that is right.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

from tests.support.hanoi import Tower


def main(disks: int, kills: int) -> int:
    """Run the towers, print what it took, and return whether anything was lost or doubled."""
    lots = random.Random(disks)
    with tempfile.TemporaryDirectory() as folder:
        tower = Tower(Path(folder), disks)
        began = time.perf_counter()
        tower.pour()
        poured = time.perf_counter() - began
        for number in range(kills):
            # Spread over the steps; within a step, wherever it is after so many more seconds.
            until = tower.steps * (number + 1) // (kills + 1)
            tower.run_until(until, grace=lots.random() / 50)
        tower.run_until(None)
        spent = time.perf_counter() - began
        faults = tower.faults()
        alone = tower.pace()
    print(f"{tower.steps} steps poured in one commit: {poured:.2f} s")
    print(f"killed {tower.killed} times, started {tower.started} times")
    print(f"all done in {spent:.1f} s; a step took {alone * 1000:.1f} ms (median)")
    print("every step done exactly once, in order" if not faults else "\n".join(faults))
    return bool(faults)


if __name__ == "__main__":
    words = [int(word) for word in sys.argv[1:]]
    sys.exit(main(*words) if len(words) == 2 else main(*(words or [10]), 50))
