"""The merge queue against others: gate runs, how long it takes, who is sent back wrongly.

    python -m benchmarks.refinery [SEEDS]
    python -m benchmarks.refinery --real [SEEDS] [SIZE]

Streams of 200 requests, all waiting at the start, of which 5 % are bad; then the same with 2 %
of them in pairs that are red together, and gates that err in 2 % of their runs. A gate takes
1 T, give or take a quarter. The peers are published policies over the same executor, in
virtual time; ours is the planner that the refinery asks.

With --real the same policies merge, check out and test real commits of a real repository: 5 %
bad, 2 % in pairs that clash, 3 % in conflict with the target, gates that err in 2 % of their
runs, and are processes that take PACE seconds, give or take a quarter.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import fmean
from typing import Final

from benchmarks.queues.clockwork import Bill, Policy, execute
from benchmarks.queues.ours import Frugal, Ours
from benchmarks.queues.peers import Bors, Mergify, Serial, Zuul
from benchmarks.queues.realwork import Execution, Workshop
from benchmarks.queues.stream import Stream

SIZE: Final = 200
WORLDS: Final = {
    "5 % bad": {},
    "5 % bad, 2 % clash, 2 % flakes": {"clashing": 0.02, "flakes": 0.02},
}
Maker = Callable[[int, int], Policy]
POLICIES: Final[Mapping[int, tuple[type, ...]]] = {
    1: (Serial, Bors, Zuul, Mergify, Ours),
    2: (Zuul, Mergify, Ours, Frugal),
    4: (Zuul, Mergify, Ours, Frugal),
    8: (Zuul, Mergify, Ours, Frugal),
}
# world, slots, whose, of what, how much of it ours may be
LIMITS: Final = (
    ("5 % bad", 4, "Zuul", "runs", 0.45),
    ("5 % bad", 4, "Zuul", "makespan", 0.50),
    ("5 % bad", 4, "Mergify", "makespan", 0.70),
    ("5 % bad", 1, "Bors", "runs", 0.78),
    ("5 % bad, 2 % clash, 2 % flakes", 4, "Zuul", "runs", 0.52),
    ("5 % bad, 2 % clash, 2 % flakes", 4, "Zuul", "makespan", 0.65),
    ("5 % bad, 2 % clash, 2 % flakes", 4, "Mergify", "makespan", 0.75),
)
REAL: Final = {"bad": 0.05, "clashing": 0.02, "conflicting": 0.03, "flakes": 0.02}
REAL_LIMITS: Final = (
    ("real git", 4, "Zuul", "runs", 0.52),
    ("real git", 4, "Zuul", "makespan", 0.65),
    ("real git", 4, "Mergify", "makespan", 0.75),
)
PACE: Final = 1.0
_WIDTH: Final = 40

Rows = dict[tuple[str, int, str], dict[str, float]]


def main(seeds: int) -> int:
    """Print the table, the bars and the ratios; return 1 if a limit is broken."""
    rows: Rows = {}
    for world, nature in WORLDS.items():
        _head(world, seeds, SIZE)
        for slots, makers in POLICIES.items():
            for maker in makers:
                _tell(rows, (world, slots, maker.__name__), _row(maker, slots, seeds, nature))
        print()
        _draw(rows, world)
    return _judged(rows, LIMITS)


def real(seeds: int, size: int) -> int:
    """Do the same with real git and real processes; return 1 if a limit is broken."""
    rows: Rows = {}
    _head("real git", seeds, size)
    for slots, makers in POLICIES.items():
        for maker in makers:
            bills = [_real_bill(maker, slots, seed, size) for seed in range(seeds)]
            _tell(rows, ("real git", slots, maker.__name__), _means(bills))
    print()
    _draw(rows, "real git")
    return _judged(rows, REAL_LIMITS)


def _real_bill(maker: Maker, slots: int, seed: int, size: int) -> Bill:
    stream = Stream.drawn(seed, size=size, **REAL)
    with tempfile.TemporaryDirectory(prefix="gitgt-refinery-") as folder:
        shop = Workshop.made(Path(folder), stream)
        names = shop.mergeable()
        work = Execution(shop, stream, slots=slots, pace=PACE)
        return work.play(maker(len(names), slots), names)


def _head(world: str, seeds: int, size: int) -> None:
    print(f"{world}: means of {seeds} streams of {size}")
    print("slots  policy      runs  makespan      wait  innocents")


def _tell(rows: Rows, key: tuple[str, int, str], row: dict[str, float]) -> None:
    rows[key] = row
    print(
        f"{key[1]:5}  {key[2]:8}{row['runs']:8.1f}{row['makespan']:8.1f} T"
        f"{row['wait']:8.1f} T{row['innocents']:11.2f}",
        flush=True,
    )


def _judged(rows: Rows, limits: tuple[tuple[str, int, str, str, float], ...]) -> int:
    broken = [limit for limit in limits if not _holds(rows, *limit)]
    innocents = max(row["innocents"] for (_, _, name), row in rows.items() if name == "Ours")
    print(f"innocents sent back: at most {innocents:.2f} of {SIZE} (limit 0.1)")
    return int(bool(broken) or innocents > 0.1)


def _row(maker: Maker, slots: int, seeds: int, nature: Mapping[str, float]) -> dict[str, float]:
    streams = (Stream.drawn(seed, size=SIZE, **nature) for seed in range(seeds))
    return _means([execute(maker(SIZE, slots), each, slots=slots) for each in streams])


def _means(bills: list[Bill]) -> dict[str, float]:
    names = ("runs", "makespan", "wait", "innocents")
    return {name: fmean(getattr(bill, name) for bill in bills) for name in names}


def _draw(rows: Rows, world: str) -> None:
    """Show how long each policy takes with four slots, as bars."""
    found = {
        name: row["makespan"] for (w, n, name), row in rows.items() if (w, n) == (world, 4)
    }
    for name, makespan in found.items():
        bar = "#" * round(_WIDTH * makespan / max(found.values()))
        print(f"  {name:8} {bar} {makespan:.1f} T")
    print()


def _ratio(rows: Rows, world: str, slots: int, peer: str, what: str) -> float:
    return rows[world, slots, "Ours"][what] / rows[world, slots, peer][what]


def _holds(
    rows: Rows, world: str, slots: int, peer: str, what: str, limit: float
) -> bool:  # fmt: skip
    found = _ratio(rows, world, slots, peer, what)
    print(f"{found:.2f} x {peer}'s {what}, {slots} slots, {world} (limit {limit})")
    return found <= limit


if __name__ == "__main__":
    words = [each for each in sys.argv[1:] if each != "--real"]
    if "--real" in sys.argv:
        sys.exit(real(*map(int, words or ["1"]), *([SIZE] if len(words) < 2 else [])))
    sys.exit(main(int(words[0]) if words else 20))
