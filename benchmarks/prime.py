"""What ``git gt prime`` takes, against a bare interpreter's start.

    python -m benchmarks.prime [ROUNDS]

All take turns, so that a busy machine slows all. The agent has work with a branch that has
commits, there are directives, and 50 things are remembered. The indexes are warm.
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
from gitgt.git.markers import Assignment, mark_assignment
from gitgt.git.refs import git_dir_of
from gitgt.model.actor import Actor, Standing
from gitgt.services import beads, install, memories, rig, sling
from gitgt.services.memories import Wanted
from gitgt.services.sling import Order
from gitgt.services.town import Rig, Town

_WHO: Final = Actor("Bench", "bench@example.com", Standing.PERSON)
_SIGNED: Final = ("-c", "user.name=Bench", "-c", "user.email=bench@example.com")
_AGENT: Final = "shop/polecats/toast"
_MEMORIES: Final = 50
_LIMIT: Final = 16.0
_GT: Final = ("-c", "import sys; from gitgt.__main__ import main; sys.exit(main())")
_CASES: Final = {
    "an interpreter (-c pass)": ("-c", "pass"),
    "git gt --version": (*_GT, "--version"),
    "git gt prime": (*_GT, "prime"),
    "git gt prime, a reminder": (*_GT, "prime", "--source", "compact"),
    "git gt prime --state": (*_GT, "prime", "--state"),
    "git gt prime --json": (*_GT, "prime", "--json"),
}


def main() -> int:
    """Print one line for each case; fail if ``prime`` is over its limit."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 25
    with tempfile.TemporaryDirectory() as folder:
        taken = _measure(_sandbox(Path(folder)), rounds)
    start = taken["an interpreter (-c pass)"]
    for name, spent in taken.items():
        print(f"{name:26} {spent * 1000:6.1f} ms  {spent / start:5.2f} x")
    ratio = taken["git gt prime"] / start
    print(f"prime: {ratio:.2f} x an interpreter's start (limit {_LIMIT} x)")
    return ratio > _LIMIT


def _sandbox(folder: Path) -> Path:
    """Make a town with an agent at work, and return where it works."""
    origin = folder / "origin"
    git("init", "-q", "-b", "main", str(origin), cwd=folder)
    git(*_SIGNED, "commit", "-q", "--allow-empty", "-m", "Begin", cwd=origin)
    town, _ = install.install(folder / "town", _WHO, time.time)
    made, _ = rig.add(town, rig.Wanted("shop", str(origin), prefix="sh"), _WHO)
    (town.root / "directives/polecat.md").write_text("Write a test for all that you do.\n" * 9)
    git("add", "directives", cwd=town.root)
    git(*_SIGNED, "commit", "-q", "-m", "Say how", cwd=town.root)
    for number in range(_MEMORIES):
        memories.remember(town, made, Wanted(f"Number {number}: {'words ' * 20}"), _WHO)
    return _at_work(town, made)


def _at_work(town: Town, made: Rig) -> Path:
    place = made.path / "polecats" / "toast"
    bead = beads.create(town, made, _WHO, {"title": "Sell figs", "description": "At 6.\n" * 99})
    branch = f"polecat/toast/{bead.id}"
    git("worktree", "add", "-q", "-b", branch, str(place), "main", cwd=made.repository_path)
    git_dir = git_dir_of(place)
    assert git_dir is not None
    mark_assignment(git_dir, Assignment(bead.id, _AGENT, branch, "main"))
    for number in range(5):
        (place / f"file{number}").write_text(f"{number}\n")
        git("add", "-A", cwd=place)
        git(*_SIGNED, "commit", "-q", "--no-verify", "-m", f"File {number}", cwd=place)
    sling.sling(town, [bead.id], Order(to="shop/toast"), _WHO)
    return place


def _measure(place: Path, rounds: int) -> dict[str, float]:
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    spent: dict[str, list[float]] = {name: [] for name in _CASES}
    for _ in range(rounds + 1):
        for name, words in _CASES.items():
            began = time.perf_counter()
            subprocess.run(
                [sys.executable, *words],
                cwd=place,
                env=env,
                check=True,
                stdout=subprocess.DEVNULL,
            )
            spent[name].append(time.perf_counter() - began)
    return {name: median(each[1:]) for name, each in spent.items()}


if __name__ == "__main__":
    sys.exit(main())
