"""How claims through one remote go: 8 clones want the same 200 beads.

    python -m benchmarks.claims [CLONES] [BEADS] [WAY...]

By path, by a real sshd and by a real web server. A bead that two clones believe to have is a
failure. So that machines can be compared, times are told beside a bare `git push` and `git
fetch` of one commit in the same run.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.support.clones import hub
from tests.support.rivals import Raced, race, syncs
from tests.support.served import WAYS, served
from tests.support.world import World

_PAIRS = 15
_SYNCS = 10


def main() -> int:
    """Print some lines for each transport; fail if a bead has not exactly one winner."""
    ways = [word for word in sys.argv[1:] if word in WAYS] or list(WAYS)
    numbers = [int(word) for word in sys.argv[1:] if word not in WAYS]
    clones, beads = [*numbers, *(8, 200)[len(numbers) :]]
    world, wrong = World(), 0
    world.enter()
    try:
        for how in ways:
            try:
                wrong += _way(how, clones, beads)
            except pytest.skip.Exception as why:
                print(f"{how}: skipped: {why}")
    finally:
        world.leave()
    return wrong > 0


def _way(how: str, clones: int, beads: int) -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pair = _bare_pair(folder, hub(folder).path, how)
    print(f"{how}: a bare push and fetch {1000 * pair:.0f} ms")
    for many in (1, clones):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            each = syncs(folder, hub(folder).path, how, clones=many, each=_SYNCS)
        share = 1 / each / pair
        print(f"  {many} clones: {each:.1f} syncs a second, each {share:.1f} bare pairs")
    wrong = 0
    for together in (False, True):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            raced = race(
                folder, hub(folder).path, how, clones=clones, beads_each=beads,
                together=together,
            )  # fmt: skip
        print(f"  {clones} clones x {beads} claims, {'together' if together else 'apart'}:")
        _tell(raced, pair, beads)
        wrong += len(raced.problems)
    return wrong


def _tell(raced: Raced, pair: float, beads: int) -> None:
    took = sorted(raced.claims)
    median, p95 = statistics.median(took), took[int(0.95 * len(took))]
    print(
        f"    {raced.doubles} doubles, {len(raced.problems)} wrong, {raced.seconds:.0f} s, "
        f"{len(took) / raced.seconds:.1f} claims a second, of which the remote settled "
        f"{beads / raced.seconds:.1f}"
    )
    print(
        f"    a claim: median {median:.2f} s ({median / pair:.1f} bare pairs), p95 {p95:.2f} s "
        f"({p95 / pair:.1f}), the longest {took[-1]:.2f} s"
    )
    print("".join(f"    {each}\n" for each in raced.problems[:10]), end="")


def _bare_pair(folder: Path, bare: Path, how: str) -> float:
    """Return the median of what git alone takes to send one commit and ask for news."""
    took: list[float] = []
    with served(how, bare, folder) as url:
        clone = folder / "clone"
        subprocess.run(["git", "clone", "-q", url, str(clone)], check=True)
        for number in range(_PAIRS):
            _git(clone, "commit", "-q", "--allow-empty", "-m", f"Commit {number}")
            began = time.perf_counter()
            _git(clone, "push", "-q", "origin", "HEAD:refs/heads/pairs")
            _git(clone, "fetch", "-q", "origin", "pairs")
            took.append(time.perf_counter() - began)
    return statistics.median(took)


def _git(clone: Path, *argv: str) -> None:
    subprocess.run(["git", *argv], cwd=clone, check=True, capture_output=True)


if __name__ == "__main__":
    sys.exit(main())
