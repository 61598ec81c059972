"""The merge queue against others: gate runs, how long it takes, who is sent back wrongly.

    python -m benchmarks.refinery [SEEDS]

Streams of 200 requests, all waiting at the start, of which 5 % are bad; then the same with 2 %
of them in pairs that are red together, and gates that err in 2 % of their runs. A gate takes
1 T, give or take a quarter. The peers are published policies over the same executor, in
virtual time; ours is the planner that the refinery asks.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from statistics import fmean
from typing import Final

from benchmarks.queues.clockwork import Bill, Policy, execute
from benchmarks.queues.ours import Frugal, Ours
from benchmarks.queues.peers import Bors, Mergify, Serial, Zuul
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
    ("5 % bad", 1, "Bors", "runs", 0.78),
    ("5 % bad, 2 % clash, 2 % flakes", 4, "Zuul", "runs", 0.52),
    ("5 % bad, 2 % clash, 2 % flakes", 4, "Zuul", "makespan", 0.65),
)
# What no limit is set on, and is worth a look.
SHOWN: Final = tuple((world, 4, "Mergify", "makespan") for world in WORLDS)
_WIDTH: Final = 40

Rows = dict[tuple[str, int, str], dict[str, float]]


def main(seeds: int) -> int:
    """Print the table, the bars and the ratios; return 1 if a limit is broken."""
    rows: Rows = {}
    for world, nature in WORLDS.items():
        print(f"{world}: means of {seeds} streams of {SIZE}")
        print("slots  policy      runs  makespan      wait  innocents")
        for slots, makers in POLICIES.items():
            for maker in makers:
                name = maker.__name__
                rows[world, slots, name] = row = _row(maker, slots, seeds, nature)
                print(
                    f"{slots:5}  {name:8}{row['runs']:8.1f}{row['makespan']:8.1f} T"
                    f"{row['wait']:8.1f} T{row['innocents']:11.2f}",
                    flush=True,
                )
        print()
        _draw(rows, world)
    broken = [limit for limit in LIMITS if not _holds(rows, *limit)]
    for world, slots, peer, what in SHOWN:
        print(
            f"{_ratio(rows, world, slots, peer, what):.2f} x {peer}'s {what}, "
            f"{slots} slots, {world}"
        )
    innocents = max(row["innocents"] for (_, _, name), row in rows.items() if name == "Ours")
    print(f"innocents sent back: at most {innocents:.2f} of {SIZE} (limit 0.1)")
    return int(bool(broken) or innocents > 0.1)


def _row(maker: Maker, slots: int, seeds: int, nature: Mapping[str, float]) -> dict[str, float]:
    bills = []
    for seed in range(seeds):
        stream = Stream.drawn(seed, size=SIZE, **nature)
        bills.append(execute(maker(SIZE, slots), stream, slots=slots))
    return {name: _mean(bills, name) for name in ("runs", "makespan", "wait", "innocents")}


def _mean(bills: list[Bill], name: str) -> float:
    return fmean(getattr(bill, name) for bill in bills)


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
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10))
