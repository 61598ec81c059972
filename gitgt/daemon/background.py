"""The watcher as a process in the background."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from gitgt.daemon.instance import Instance
from gitgt.errors import EnvironmentProblemError
from gitgt.git.signposts import own_command
from gitgt.runtime import process
from gitgt.runtime.environment import town_mark
from gitgt.runtime.identity import Identity

_PATIENCE: Final = 30.0


def up(
    town: Path, instance: Instance, argv: Sequence[str] | None = None
) -> tuple[Identity, bool]:
    """Start the watcher in the background; return who it is and whether it is a new one.

    It runs ``git-gt watch`` in the town's folder, or *argv*.

    Raises:
        EnvironmentProblemError: it does not come up, and what it said.
    """
    running = instance.who()
    if running is not None:
        return running, False
    instance.folder.mkdir(parents=True, exist_ok=True)
    with instance.log.open("ab") as log:
        began = log.tell()
        started = subprocess.Popen(
            argv or (*own_command(), "watch"),
            cwd=town,
            env=process.detached_environment(town_mark(town)),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    return _wait_until_up(instance, started, began), True


def _wait_until_up(
    instance: Instance, started: subprocess.Popen[bytes], began: int
) -> Identity:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        running = instance.who()
        if running is not None:
            started.returncode = 0  # from now on it is nobody's child
            return running
        if started.poll() is not None:
            raise EnvironmentProblemError(
                f"the watcher did not start: {_said(instance, began)}",
                hint=f"see {instance.log}",
            )
        time.sleep(0.01)
    started.kill()
    started.wait()
    raise EnvironmentProblemError(
        "the watcher did not start in time", hint=f"see {instance.log}"
    )


def _said(instance: Instance, began: int) -> str:
    """Return the last line that was written to the log since it was *began* long."""
    with instance.log.open("rb") as log:
        log.seek(began)
        lines = log.read().decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"
