"""Whole towns, played from a few seeds: whatever goes wrong, what has to hold holds."""

from __future__ import annotations

import pytest

from tests.simulation.__main__ import main, play
from tests.simulation.chance import Faults
from tests.simulation.clock import DAY
from tests.simulation.world import Size, World

SMALL = Size(rigs=2, agents=16, beads=40, days=2.0)


def replay(seed, size=SMALL, **more):
    """Play a town; a failure names the command that plays it again."""
    world = World(seed, size, Faults(), **more)
    play(world)
    return world


@pytest.mark.parametrize("seed", [3, 9, 22, 112])
def test_whatever_goes_wrong_no_invariant_breaks_and_all_work_ends(seed):
    world = replay(seed)
    assert world.watcher.deaths, "a seed in which the watcher never dies tests little"


def test_a_rig_without_gates_lands_once_a_person_has_waived_them():
    world = replay(5, Size(rigs=2, agents=8, beads=30, days=2.0, bare=1))
    bare = world.town.rigs["rig1"]
    assert bare.repository.count
    assert world.town.is_waived(bare, "")


def test_with_faults_off_the_town_empties_in_bounded_steps():
    world = World(1, SMALL, Faults.none())
    world.run()
    for rig in world.town.rigs.values():
        assert not rig.held_or_open()
    # Sling, start, begin, submit, two gates, land, and what conflicts once or twice.
    assert world.acts <= 12 * SMALL.beads


def test_an_idle_town_starts_nobody_and_does_nothing_for_a_day():
    world = replay(4)
    started, acts, turns = world.agents.started, world.acts, world.watcher.turns
    runs = world.gates.started
    world.run_until(world.clock.now + DAY)
    assert (world.agents.started, world.acts, world.gates.started) == (started, acts, runs)
    # A deadline that was set while there was work may come; it sets no other one.
    assert world.watcher.turns - turns <= 2 * len(world.town.rigs)
    turns = world.watcher.turns
    world.run_until(world.clock.now + DAY)
    assert world.watcher.turns == turns


def test_the_same_seed_tells_the_same_story():
    stories = []
    for _ in range(2):
        lines = []
        replay(11, Size(rigs=2, agents=8, beads=12, days=1.0), trace=lines.append)
        stories.append(lines)
    assert stories[0] == stories[1]


def test_what_breaks_says_how_it_is_played_again(capsys, monkeypatch):
    def never(self, rig):
        raise AssertionError("so it is")

    monkeypatch.setattr("tests.simulation.invariants.Invariants._capacity", never)
    assert main(["--seed", "3", "--days", "1"]) == 1
    told = capsys.readouterr().out
    assert "so it is" in told
    assert "python -m tests.simulation --seed 3 --days 1.0" in told
