"""One acts for a town at a time."""

from __future__ import annotations

from filelock import FileLock

from gitgt.daemon.acting import LOCK, acting


def test_who_passes_by_does_not_wait(tmp_path):
    with acting(tmp_path) as first, acting(tmp_path) as second:
        assert (first, second) == (True, False)
    with acting(tmp_path) as again:
        assert again


def test_a_watcher_waits_for_the_pass_that_is_being_made(tmp_path):
    somebody = FileLock(tmp_path / LOCK)
    somebody.acquire()
    glances = iter([True, True, True])

    def ends_at_last():
        if not next(glances, False):
            somebody.release()
        return True

    with acting(tmp_path, waits=ends_at_last) as mine:
        assert mine
        assert next(glances, None) is None


def test_a_watcher_that_is_to_end_waits_no_longer(tmp_path):
    glances = iter([True, False])
    with acting(tmp_path), acting(tmp_path, waits=lambda: next(glances)) as mine:
        assert not mine
