"""The watcher's heartbeat: seldom written, and late is not asleep."""

from gitgt.services.deacon.heartbeat import NAME, Heartbeat, Pulse, read


def test_an_idle_watcher_writes_once_and_is_not_late(tmp_path):
    pulse = Pulse(tmp_path)
    pulse.beat(1000.0, None)
    assert read(tmp_path) == Heartbeat(1000.0, None, 1)
    assert read(tmp_path).late(999_999.0) < 0
    pulse.beat(1001.0, 5000.0)
    assert read(tmp_path).late(4999.0) == -1.0
    assert read(tmp_path).late(5300.0) == 300.0


def test_a_busy_watcher_writes_every_ten_seconds_but_never_hides_a_long_sleep(tmp_path):
    pulse = Pulse(tmp_path)
    for now in range(1000, 1030):
        pulse.beat(float(now), now + 5.0)
    assert read(tmp_path) == Heartbeat(1020.0, 1025.0, 3)
    pulse.beat(1021.0, 4000.0)
    assert read(tmp_path).until == 4000.0


def test_who_ends_takes_it_away_and_what_nobody_can_read_is_none(tmp_path):
    pulse = Pulse(tmp_path)
    pulse.beat(1000.0, None)
    (tmp_path / NAME).write_text("{")
    assert read(tmp_path) is None
    pulse.end()
    assert not (tmp_path / NAME).exists()
    pulse.end()
