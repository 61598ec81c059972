"""Clones on many machines want the same beads: each bead has one winner."""

from __future__ import annotations

import pytest

from tests.support.clones import hub
from tests.support.rivals import race
from tests.support.served import WAYS


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("how", WAYS)
def test_each_bead_has_one_winner(tmp_path, how):
    """The numbers that are promised, 8 clones and 200 beads, are benchmarks.claims'."""
    bare = hub(tmp_path).path
    raced = race(tmp_path, bare, how, clones=3, beads_each=6)
    assert (raced.problems, raced.doubles, len(raced.claims)) == ([], 0, 18)
