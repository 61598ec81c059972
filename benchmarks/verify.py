"""What it takes to judge a push to a ledger, against what git takes to list its objects.

    python -m benchmarks.verify [COMMITS] [MERGES]

Whole processes, on a ledger of 500 beads: one push of COMMITS in a row, and one of as many made
in two clones that took each other's in MERGES times. They take turns, so that a busy machine
slows all.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Final

from gitgt.git.command import git
from gitgt.model.ids import BeadId
from tests.support.replicas import Replica, Store, bead

_ROUNDS: Final = 5
_MOST: Final = 80.0  # times as long
_NAMES: Final = [str(BeadId.made("gt", (each * 46_337_749 + 1) % 36**5)) for each in range(500)]
_GT: Final = ("-c", "import sys; from gitgt.__main__ import main; sys.exit(main())", "verify")


def main() -> int:
    """Print one line for each case; fail if a push takes too long to be judged."""
    commits, merges = [*map(int, sys.argv[1:]), *(1000, 50)[len(sys.argv) - 1 :]]
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "a server.git")
        base = store.clone("base").write(*map(bead, _NAMES))
        spans = {
            f"{commits} in a row": _row(store, base, commits),
            f"as many, {merges} merges": _merged(store, base, commits, merges),
        }
        taken = {name: _measured(store, base, tip) for name, tip in spans.items()}
    for name, (judged, listed, count) in taken.items():
        print(
            f"{name:24} {count:5} commits  {judged:5.2f} s judged  "
            f"{judged / listed:5.1f} x git rev-list --objects"
        )
    return int(any(judged > _MOST * listed for judged, listed, _ in taken.values()))


def _row(store: Store, base: str, commits: int) -> str:
    return _worked(store.clone("ada", base, seed=1), base, commits)


def _merged(store: Store, base: str, commits: int, merges: int) -> str:
    ada, bob = store.clone("ada", base, seed=2), store.clone("bob", base, seed=3)
    each = max(1, commits // (2 * merges))
    for _ in range(merges):
        for who in (ada, bob):
            _worked(who, who.head, each)
        ada.take(bob.head)
        bob.take(ada.head)
    return ada.head


def _worked(who: Replica, since: str, commits: int) -> str:
    """Let somebody make so many commits: not all that they try, the lifecycle allows."""
    repository = who.ledger.repository
    while (left := commits - repository.apart(who.head, since)[0]) > 0:
        who.work(_NAMES, left)
    return who.head


def _measured(store: Store, base: str, tip: str) -> tuple[float, float, int]:
    common, span = store.repository.common, f"{base}..{tip}"
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    judging, listing = [sys.executable, *_GT, span], ["git", "rev-list", "--objects", span]
    spent: list[tuple[float, float]] = []
    for _ in range(_ROUNDS):
        one, other = (_timed(argv, common, env) for argv in (judging, listing))
        spent.append((one, other))
    count = int(git("rev-list", "--count", span, cwd=common))
    return median(one for one, _ in spent), median(other for _, other in spent), count


def _timed(argv: list[str], cwd: Path, env: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(argv, cwd=cwd, env=env, check=True, capture_output=True)
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
