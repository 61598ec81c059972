"""The check for processes left behind, shown to bite."""

import os
import subprocess
import sys

import pytest

from tests.support.leftovers import left_behind

FOREVER = [sys.executable, "-c", "print('up', flush=True); input()"]


def _start(cwd, env):
    child = subprocess.Popen(
        FOREVER, cwd=cwd, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdout.readline() == b"up\n"
    return child


def _finish(child):
    child.wait()
    child.stdin.close()
    child.stdout.close()


@pytest.mark.parametrize("marked", [True, False])
def test_a_process_left_behind_is_found_and_ended(world, tmp_path, marked):
    run, cwd = ("a run of its own", "/") if marked else (world.run, tmp_path)
    env = {**os.environ, "GITGT_TEST_RUN": run} if marked else {}
    child = _start(cwd, env)

    found = left_behind(run if marked else "none", [tmp_path], patience=0)

    assert [line.split()[0] for line in found] == [str(child.pid)]
    _finish(child)


def test_one_that_ends_in_time_is_none(tmp_path):
    child = _start(tmp_path, {})
    child.stdin.close()

    assert left_behind("none", [tmp_path], patience=10) == []
    child.wait()
    child.stdout.close()
