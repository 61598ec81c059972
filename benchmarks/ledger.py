"""What reading a ledger of 1,000, 10,000 or 100,000 beads takes.

    python -m benchmarks.ledger [BEADS...]

Whole processes are given as times a bare interpreter's start, medians of turns taken one
after the other, so that a busy machine slows all alike; the rest as processor time. The
ledger comes from one stream into ``git fast-import``: a tenth of the beads is closed, a third
waits for another, one in ten is a part of an epic. It fails where a limit is broken.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Final

from gitgt.git.command import git
from gitgt.ledger import codec, layout
from gitgt.ledger.index import Index
from gitgt.model.actor import Actor, Standing
from gitgt.model.documents import Bead, Dependency, DependencyType, Outcome, WorkType
from gitgt.model.ids import BeadId
from gitgt.model.lifecycle import BeadStatus
from gitgt.services import beads, graph, install, reading, rig
from gitgt.services.town import Town

_WHO: Final = Actor("Bench", "bench@example.com", Standing.PERSON)
_GT: Final = ("-c", "import sys; from gitgt.__main__ import main; sys.exit(main())")
_AT: Final = "2026-11-22T14:30:00Z"
_ROUNDS: Final = 15
_MANY: Final = 100_000


def _id(number: int) -> BeadId:
    """Return an id as at random: those of neighbors lie in other folders."""
    return BeadId.made("sh", number * 24_036_583 % 36**5)


_CASES: Final = {
    "an interpreter (-c pass)": ("-c", "pass"),
    "ready --limit 20": (*_GT, "ready", "--limit", "20"),
    "show": (*_GT, "bead", "show", str(_id(1))),
    "list --limit 50": (*_GT, "bead", "list", "--limit", "50"),
}
_BUILDING: Final = {1_000: 0.5, 10_000: 3.0, _MANY: 30.0}


def main() -> int:
    """Print a table for each size; tell whether a limit was broken."""
    sizes = [*map(int, sys.argv[1:])] or [1_000, 10_000]
    return max(_measured(size) for size in sizes)


def _measured(size: int) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        town = _town(Path(folder))
        _fill(town, size)
        return _report(town, size)


def _report(town: Town, size: int) -> bool:
    many = size >= _MANY
    print(f"{size:,} beads")
    broken = _line("first read: index built", _built(town), _BUILDING.get(size, 30.0))
    broken |= _line("index after one change", _refreshed(town), 0.02 if many else 0.005)
    everywhere = [town.rig("shop")]
    broken |= _line("ready, in process", _timed(lambda: reading.ready(town, everywhere)), 1.0)
    broken |= _line("cycle check", _timed(lambda: graph.cycles(town, everywhere)), 1.0)
    broken |= _line("waves", _timed(lambda: graph.waves(town, everywhere)), 1.0)
    spent = _processes(town)
    start = spent.pop("an interpreter (-c pass)")
    print(f"  {'a bare interpreter':26} {start * 1000:8.1f} ms")
    for name, each in spent.items():
        broken |= _line(name, each, start * (6 if many else 5), over=start)
    return broken


def _line(name: str, spent: float, limit: float, over: float = 0.0) -> bool:
    ratio = f"{spent / over:5.2f} x (limit {limit / over:.0f} x)" if over else ""
    said = ratio or f"(limit {limit * 1000:.0f} ms)"
    flag = "  TOO SLOW" if spent > limit else ""
    print(f"  {name:26} {spent * 1000:8.1f} ms  {said}{flag}", flush=True)
    return spent > limit


def _timed(act: Callable[[], object]) -> float:
    began = time.process_time()
    act()
    return time.process_time() - began


def _town(folder: Path) -> Town:
    origin = folder / "origin"
    git("init", "-q", "-b", "main", str(origin), cwd=folder)
    who = ("-c", "user.name=Bench", "-c", "user.email=bench@example.com")
    git(*who, "commit", "-q", "--allow-empty", "-m", "Begin", cwd=origin)
    town, _ = install.install(folder / "town", _WHO, time.time)
    rig.add(town, rig.Wanted("shop", str(origin), prefix="sh"), _WHO)
    return town


def _fill(town: Town, size: int) -> None:
    """Write all beads in one commit: it is the reading that is measured."""
    ledger = town.ledger_at(town.rig("shop"))
    repository, head = ledger.repository, ledger.head()
    stream = b"".join(_commit(ledger.ref, head, size))
    git("fast-import", "--quiet", "--done", cwd=repository.common, stdin=stream)
    (repository.common / "gt/index.sqlite").unlink(missing_ok=True)


def _commit(ref: str, head: str, size: int) -> Iterator[bytes]:
    yield f"commit {ref}\ncommitter Bench <bench@example.com> 1795357800 +0000\n".encode()
    yield f"data 10\nmany beads\nfrom {head}\n".encode()
    for number in range(size):
        content = codec.emit(_bead(number).fields())
        path = layout.path_of(_id(number))
        yield f"M 100644 inline {path}\ndata {len(content)}\n".encode() + content + b"\n"
    yield b"\ndone\n"


def _bead(number: int) -> Bead:
    closed = number % 10 == 7
    epic = number % 50 == 0
    waits = number % 3 == 1 and number > 100
    on = _id(number - number % 89 - 1)
    end = {"closed_at": _AT, "closed_by": "bench", "outcome": Outcome.SUCCESS} if closed else {}
    return Bead(
        id=_id(number),
        type=WorkType.EPIC if epic else WorkType.TASK,
        title=f"Bead number {number} of the benchmark",
        status=BeadStatus.CLOSED if closed else BeadStatus.OPEN,
        priority=number % 5,
        created_at=_AT,
        created_by="bench",
        parent=str(_id(number - number % 50)) if number % 10 == 3 else "",
        labels=("net",) if number % 4 == 0 else (),
        dependencies=(Dependency(DependencyType.BLOCKS, on),) if waits else (),
        description="What is to be done.\nAnd why it is.\n",
        **end,
    )


def _built(town: Town) -> float:
    """Build the index as a fresh clone's first command does: without libgit2."""
    script = (
        "import os, sys; from pathlib import Path; from gitgt.services.town import Town\n"
        "now = Town.around(Path(sys.argv[1])); rig = now.rig('shop')\n"
        "began = sum(os.times()[:4])\n"
        "now.ledger_at(rig).snapshot().rows(id='sh-00001')\n"
        "print(sum(os.times()[:4]) - began)"
    )
    argv = [sys.executable, "-c", script, str(town.root)]
    done = subprocess.run(argv, env=_env(), capture_output=True, text=True, check=True)
    return float(done.stdout)


def _refreshed(town: Town) -> float:
    """Close and reopen a bead that others wait for; return what following a change takes."""
    ledger = town.ledger_at(town.rig("shop"))
    bead = _id(1)
    ledger.repository.message_of(ledger.head())  # libgit2 is there, as in whoever writes
    taken = []
    for number in range(10):
        index = Index(ledger.repository)
        index.find(ledger.head(), id=str(bead))
        if number % 2:
            beads.reopen(town, bead, _WHO, reason="again")
        else:
            beads.close(town, bead, _WHO, outcome=Outcome.SUCCESS, reason="done")
        head = ledger.head()
        taken.append(_timed(lambda index=index, head=head: index.find(head, id=str(bead))))
        index.close()
    return median(taken)


def _env() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}


def _processes(town: Town) -> dict[str, float]:
    place = town.rig("shop").path
    spent: dict[str, list[float]] = {name: [] for name in _CASES}
    for _ in range(_ROUNDS + 1):
        for name, words in _CASES.items():
            argv = [sys.executable, *words]
            began = time.perf_counter()
            subprocess.run(argv, cwd=place, env=_env(), check=True, stdout=subprocess.DEVNULL)
            spent[name].append(time.perf_counter() - began)
    return {name: median(each[1:]) for name, each in spent.items()}


if __name__ == "__main__":
    sys.exit(main())
