"""Processes by who they are, and what they have used."""

from __future__ import annotations

import os
import subprocess
import sys

from gitgt.runtime import identity


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
