"""What history, blame, diff, search and list take over 10,000 beads and 10,000 ledger commits.

    python -m benchmarks.history [ROUNDS] [BEADS] [COMMITS]

Whole processes, against a bare interpreter's start; they take turns, so that a busy machine
slows all. The index is warm, the objects are packed, and every commit changes one bead.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.ready import _bead, _town
from gitgt.git.command import git
from gitgt.ledger import codec, layout
from gitgt.ledger.transact import Ledger
from gitgt.model.documents import Bead
from gitgt.model.event import Event
from gitgt.model.ids import BeadId
from gitgt.services.town import Town

_PRIME: Final = 46_337_749
_ONE: Final = BeadId.made("sh", _PRIME + 1)
_GT: Final = ("-c", "import sys; from gitgt.__main__ import main; sys.exit(main())", "bead")
_CASES: Final = {
    "an interpreter (-c pass)": ("-c", "pass"),
    "show": (*_GT, "show", _ONE),
    "list --limit 50": (*_GT, "list", "--limit", "50"),
    "list --label none": (*_GT, "list", "--label", "none"),
    "list --overdue": (*_GT, "list", "--overdue"),
    "stale --days 1": (*_GT, "stale", "--days", "1"),
    "count --by status": (*_GT, "count", "--by", "status"),
    "search, one hit": (*_GT, "search", "9999"),
    "search, all hit": (*_GT, "search", "benchmark"),
    "search, none": (*_GT, "search", "nowhere"),
    "history": (*_GT, "history", _ONE),
    "blame": (*_GT, "blame", _ONE),
    "diff, 100 commits": (*_GT, "diff", "beads~100"),
}


def main() -> int:
    """Print one line for each case."""
    rounds, beads, commits = [
        *map(int, sys.argv[1:]),
        *(5, 10_000, 10_000)[len(sys.argv) - 1 :],
    ]
    with tempfile.TemporaryDirectory() as folder:
        place = _town(Path(folder), 0)
        _age(Town.around(place).ledger_at(Town.around(place).rig("shop")), beads, commits)
        taken = _measure(place, rounds)
    start = taken["an interpreter (-c pass)"]
    for name, spent in taken.items():
        print(f"{name:26} {spent * 1000:7.1f} ms  {spent / start:6.2f} x")
    return 0


def _age(ledger: Ledger, beads: int, commits: int) -> None:
    """Write all beads in one commit, then let each commit change one, round and round."""
    stream = [f"reset {ledger.ref}\nfrom {ledger.head()}\n\n"]
    stream.append(_commit(ledger.ref, "many beads", *(_spread(each) for each in range(beads))))
    for number in range(commits):
        old = _spread(number % beads)
        bead = replace(old, priority=(old.priority + 1) % 5, notes=f"Seen {number} times.")
        event = Event(f"update {bead.id}", name="bead.updated", beads=(bead.id,), clock=number)
        stream.append(_commit(ledger.ref, event.message(), bead))
    common = ledger.repository.common
    git("fast-import", "--quiet", "--force", cwd=common, stdin="".join(stream).encode())
    git("repack", "-adq", cwd=common)


def _spread(number: int) -> Bead:
    """Return a bead whose id is as if drawn, so that the folders fill evenly."""
    return replace(_bead(number), id=BeadId.made("sh", (number * _PRIME + 1) % 36**5))


def _commit(ref: str, said: str, *beads: Bead) -> str:
    head = (
        f"commit {ref}\ncommitter Bench <bench@example.com> {int(time.time())} +0000\n"
        f"data {len(said.encode())}\n{said}\n"
    )
    return head + "".join(_file(each) for each in beads)


def _file(bead: Bead) -> str:
    content = codec.emit(bead.fields()).decode()
    path = layout.path_of(bead.id)
    return f"M 100644 inline {path}\ndata {len(content.encode())}\n{content}\n"


def _measure(place: Path, rounds: int) -> dict[str, float]:
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    spent: dict[str, list[float]] = {name: [] for name in _CASES}
    for _ in range(rounds + 1):
        for name, words in _CASES.items():
            began = time.perf_counter()
            argv = [sys.executable, *words]
            subprocess.run(argv, cwd=place, env=env, check=True, capture_output=True)
            spent[name].append(time.perf_counter() - began)
    return {name: median(each[1:]) for name, each in spent.items()}


if __name__ == "__main__":
    sys.exit(main())
