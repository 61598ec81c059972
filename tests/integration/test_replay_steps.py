"""Every shape of history comes out as it was, in whatever order its steps land."""

import random

import pytest

from tests.support.histories import HISTORIES
from tests.support.miniature import Miniature


@pytest.mark.parametrize("name", HISTORIES)
def test_the_last_tree_is_the_originals(name, tmp_path):
    source = HISTORIES[name](tmp_path / "source")

    for seed in (1, 2):
        town = Miniature.of(source.path, tmp_path / str(seed), random.Random(seed))
        town.run(workers=3 * seed - 2)

        assert town.unlike == []
        town.rig.git("fsck", "--connectivity-only", "--no-dangling")
