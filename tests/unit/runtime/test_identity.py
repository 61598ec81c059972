"""Processes by who they are, and what they have used."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gitgt.runtime import identity
from tests.support.waiting import until


def test_what_a_child_uses_counts_for_whoever_started_it():
    me = os.getpid()
    before = identity.spent([me])[me]
    busy = "import time\nwhile time.process_time() < 0.2: pass"
    subprocess.run([sys.executable, "-S", "-c", busy], check=True)
    assert identity.spent([me])[me] - before >= 0.15


def test_who_is_gone_has_used_nothing_that_anybody_knows():
    with subprocess.Popen(["true"]) as child:
        child.wait()
    assert identity.spent([child.pid]) == {}


LEADERLESS = """
import ctypes, threading, time
threading.Thread(target=time.sleep, args=(60,)).start()
print(flush=True)
ctypes.CDLL(None).pthread_exit(None)
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc")
def test_whose_first_thread_alone_is_over_lives_and_holds_its_files():
    argv = [sys.executable, "-S", "-c", LEADERLESS]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        stat = Path(f"/proc/{child.pid}/stat")
        until(lambda: stat.read_text().rpartition(")")[2].split()[0] == "Z")
        who = identity.identify(child.pid)
        assert who is not None
        assert identity.is_alive(who)
        child.kill()
        child.wait()
        assert not identity.is_alive(who)
