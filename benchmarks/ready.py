"""What ``git gt ready`` takes over 10,000 beads, against a bare interpreter's start.

    python -m benchmarks.ready [ROUNDS] [BEADS]

Both take turns, so that a busy machine slows both. The index is warm: the beads were read once.
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
from gitgt.git.transaction import RefMove, move_refs
from gitgt.ledger import codec, layout
from gitgt.model.actor import Actor, Standing
from gitgt.model.documents import Bead, WorkType
from gitgt.model.event import Event
from gitgt.model.ids import BeadId
from gitgt.model.lifecycle import BeadStatus
from gitgt.services import install, rig
from gitgt.services.town import Town

_WHO: Final = Actor("Bench", "bench@example.com", Standing.PERSON)
_LIMIT: Final = 6.0
_SPREAD: Final = 48_271  # ids are drawn at random, so they lie in folders far apart
# What an installed program is: a script of two lines.
_GT: Final = ("-c", "import sys; from gitgt.__main__ import main; sys.exit(main())")
_CASES: Final = {
    "an interpreter (-c pass)": ("-c", "pass"),
    "git gt --version": (*_GT, "--version"),
    "git gt ready": (*_GT, "ready"),
    "git gt ready --json": (*_GT, "ready", "--json"),
    "git gt ready -n 10": (*_GT, "ready", "-n", "10"),
    "git gt bead list": (*_GT, "bead", "list"),
    "git gt bead show": (*_GT, "bead", "show", str(BeadId.made("sh", _SPREAD))),
}


def main() -> int:
    """Print one line for each case; fail if ``ready`` is over its limit."""
    rounds, beads = [*map(int, sys.argv[1:]), *(25, 10_000)[len(sys.argv) - 1 :]]
    with tempfile.TemporaryDirectory() as folder:
        place = _town(Path(folder), beads)
        taken = _measure(place, rounds)
    start = taken["an interpreter (-c pass)"]
    for name, spent in taken.items():
        print(f"{name:26} {spent * 1000:6.1f} ms  {spent / start:5.2f} x")
    ratio = taken["git gt ready"] / start
    print(f"ready over {beads} beads: {ratio:.2f} x an interpreter's start (limit {_LIMIT} x)")
    return ratio > _LIMIT


def _town(folder: Path, beads: int) -> Path:
    origin = folder / "origin"
    git("init", "-q", "-b", "main", str(origin), cwd=folder)
    who = ("-c", "user.name=Bench", "-c", "user.email=bench@example.com")
    git(*who, "commit", "-q", "--allow-empty", "-m", "Begin", cwd=origin)
    town, _ = install.install(folder / "town", _WHO, time.time)
    made, _ = rig.add(town, rig.Wanted("shop", str(origin), prefix="sh"), _WHO)
    _fill(town, beads)
    return made.path


def _fill(town: Town, beads: int) -> None:
    """Write all beads in one commit: it is the reading that is measured."""
    ledger = town.ledger_at(town.rig("shop"))
    repository, head = ledger.repository, ledger.head()
    blobs: dict[str, str | None] = {}
    for number in range(beads):
        bead = _bead(number)
        blobs[layout.path_of(bead.id)] = repository.write_blob(codec.emit(bead.fields()))
    tree = repository.write_tree(head, blobs)
    commit = ledger.commit_tree(tree, (head,), Event("many beads"), _WHO)
    move_refs(repository, [RefMove(ledger.ref, head, commit)], why="benchmark")


def _bead(number: int) -> Bead:
    return Bead(
        id=BeadId.made("sh", number * _SPREAD % 36**5),
        type=WorkType.TASK,
        title=f"Bead number {number} of the benchmark",
        status=BeadStatus.OPEN,
        priority=number % 5,
        created_at="2026-11-22T14:30:00Z",
        created_by="bench",
        description="What is to be done.\nAnd why it is.\n",
    )


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
