"""A molecule outlives whoever works on it; ``python -m benchmarks.hanoi`` goes further."""

from tests.support.hanoi import Tower


def test_every_step_is_done_once_however_often_the_agent_is_killed(tmp_path):
    tower = Tower(tmp_path, disks=4)
    tower.pour()
    for count in (1, 4, 5, 9, 13):
        tower.run_until(count)
    tower.run_until(None)
    assert tower.faults() == []
    assert tower.started == 6
