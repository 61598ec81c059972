"""Play a town from one seed, and say how it went.

    python -m tests.simulation --seed 7 --days 3 --beads 60 --trace
    python -m tests.simulation --month

It ends with 1 where an invariant is broken, and says at which act.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
import traceback

from gitgt.model.documents import Bead, Escalation
from tests.simulation.chance import Faults
from tests.simulation.clock import DAY
from tests.simulation.world import Size, World

MONTH = Size(rigs=8, agents=200, beads=5000, days=30.0)


def main(words: list[str]) -> int:
    """Run one world; return 0 if all held."""
    asked = _parser().parse_args(words)
    size = Size(asked.rigs, asked.agents, asked.beads, asked.days, asked.bare)
    faults = Faults.none() if asked.no_faults else Faults()
    world = World(
        asked.seed, MONTH if asked.month else size, faults, say if asked.trace else None
    )
    began = time.process_time()
    try:
        left = play(world)
    except AssertionError as error:
        say("".join(traceback.format_exception(error)[-3:]))
        return 1
    say(summary(world))
    took = time.process_time() - began
    say(f"emptied in {left:.1f} days without faults; {took:.0f} s of CPU")
    return 0


def play(world: World) -> float:
    """Run a world, then let it empty; return how many days that took.

    Raises:
        AssertionError: something did not hold, and how that is played again.
    """
    try:
        world.run()
        return empty(world)
    except AssertionError as error:
        when = f"after {world.acts} acts, on day {world.clock.elapsed / DAY:.2f}"
        error.add_note(f"{when}; play it again: {world.command}")
        raise


def empty(world: World) -> float:
    """Let nothing go wrong any more, until all is done; return how many days that took."""
    world.calm_down()
    began = world.clock.now
    for _ in range(60):
        if not unfinished(world):
            break
        world.run_until(world.clock.now + DAY)
    left = unfinished(world)
    assert not left, f"the town never empties: {left[:10]}"
    return (world.clock.now - began) / DAY


def unfinished(world: World) -> list[str]:
    """Return what is not done yet."""
    rigs = world.town.rigs.values()
    beads = [each for rig in rigs for each in rig.held_or_open()]
    live = [f"{each.address} lives" for rig in rigs for each in rig.live()]
    calls = [
        f"{each.id} is open: {each.title}"
        for rig in rigs
        for each in rig.ledger.all(Escalation, "open", "acked")
    ]
    return [*beads, *live, *calls]


def summary(world: World) -> str:
    """Return how it went so far, in one line."""
    rigs = world.town.rigs.values()
    closed = sum(rig.ledger.count(Bead, "closed") for rig in rigs)
    landed = sum(bool(each.landed) for rig in rigs for each in rig.ledger.all(Bead, "closed"))
    calls = sum(rig.ledger.count(Escalation, "open", "acked", "closed") for rig in rigs)
    return (
        f"seed {world.seed}, day {world.clock.elapsed / DAY:.0f}: {closed} beads closed,"
        f" {landed} landed, {calls} calls for a person, {world.agents.started} sessions,"
        f" {world.gates.started} gate runs, {world.acts} acts, {world.watcher.turns} turns,"
        f" {world.watcher.deaths} deaths of the watcher, {world.invariants.checks} checks"
    )


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(line + "\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=float, default=3.0)
    parser.add_argument("--rigs", type=int, default=2)
    parser.add_argument("--agents", type=int, default=20)
    parser.add_argument("--beads", type=int, default=60)
    parser.add_argument("--bare", type=int, default=0, help="how many rigs have no gates")
    parser.add_argument("--no-faults", action="store_true", help="nothing goes wrong")
    parser.add_argument("--trace", action="store_true", help="print every act")
    parser.add_argument("--month", action="store_true", help="5,000 beads in 30 days")
    return parser


if __name__ == "__main__":
    gc.set_threshold(100_000, 20, 50)  # next to nothing here is in a circle
    sys.exit(main(sys.argv[1:]))
