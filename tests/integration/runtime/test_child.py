from __future__ import annotations

import os
from pathlib import Path

from gitgt.runtime import child, identity
from tests.support.waiting import until


def test_a_dead_child_may_be_called_alive_for_a_moment_but_not_for_good(tmp_path):
    """What makes the supervisor look again each second: sh asks the kernel in threads, too."""
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as stdin, Path(os.devnull).open("r+b") as null:
        running = child.start(
            Path("/bin/sh"), ["sh", "-c", "read line; exit 3"], cwd=tmp_path, env={},
            stdin=stdin, output=null.fileno(),
        )  # fmt: skip
        with running._running.process._wait_lock:
            os.close(writer)
            until(lambda: identity.identify(running.pid) is None)
            assert running.ended() is None
        assert until(running.ended) == 3
