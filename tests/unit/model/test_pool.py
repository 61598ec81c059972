from __future__ import annotations

from gitgt.model.pool import Warm, choose


def test_the_first_run_makes_the_first_slot():
    assert choose([], [], "test") == 0
    assert choose([], [0, 1], "test") == 2


def test_a_gate_goes_where_it_ran_last_to_the_nearest_tree():
    free = [Warm(0, "lint"), Warm(1, "test", far=9), Warm(2, "test", far=1)]
    assert choose(free, [3], "test") == 2


def test_whose_slot_is_taken_takes_one_that_nobody_misses():
    assert choose([Warm(0, "lint"), Warm(2, "docs", keeps=True)], [1], "test") == 0


def test_what_another_gate_has_kept_is_left_alone():
    assert choose([Warm(0, "build", keeps=True)], [], "test") == 1
    assert choose([Warm(0, "build", keeps=True)], [1], "test") == 2
