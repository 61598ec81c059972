"""Three machines share a rig, and the network between them comes and goes."""

import pytest

from tests.support.three_towns import play


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_there_is_one_main_nothing_is_lost_and_no_bead_is_done_twice(tmp_path, home):
    play(tmp_path, 7, rounds=2)
