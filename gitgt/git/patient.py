"""Run a git that may wait for somebody else: a remote, or a program that signs."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from gitgt.git import faults
from gitgt.git.command import Outcome, clean_environment

# For so many seconds it may say nothing at all before we go on without it.
PATIENCE: Final = float(os.environ.get("GT_NETWORK_PATIENCE", "60"))
_GRACE: Final = 5.0
LATE: Final = 124


def attempt_within(
    seconds: float,
    *argv: str,
    cwd: Path,
    stdin: bytes = b"",
    env: Mapping[str, str] | None = None,
) -> Outcome:
    """Run git in a session of its own, so that what it started ends with it when it is late."""
    faults.act("git", *argv)
    with subprocess.Popen(
        ["git", *argv],
        cwd=cwd,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=clean_environment(env),
        start_new_session=True,
    ) as child:
        try:
            out, err = child.communicate(stdin, timeout=seconds)
        except subprocess.TimeoutExpired:
            _end(child)
            return Outcome(LATE, b"", f"fatal: no answer within {seconds:g} s")
        except BaseException:
            _end(child)
            raise
    return Outcome(child.returncode, out, err.decode(errors="replace"))


def _end(child: subprocess.Popen[bytes]) -> None:
    os.killpg(child.pid, signal.SIGTERM)
    try:
        child.communicate(timeout=_GRACE)
    except subprocess.TimeoutExpired:  # what it started heeds nothing, or was told not to
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
