"""The process that takes escalations out into the world, where things may hang."""

from __future__ import annotations

import subprocess

from gitgt.git.signposts import own_command
from gitgt.runtime import process
from gitgt.runtime.environment import town_mark
from gitgt.services.town import Town


def start(town: Town) -> subprocess.Popen[bytes]:
    """Send one out; it ends by itself, and it is the town's: ``down`` ends it too."""
    folder = town.gt / "log"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "escalations.log").open("ab") as log:
        return subprocess.Popen(
            (*own_command(), "escalate", "deliver", "--due"),
            cwd=town.root,
            env=process.detached_environment(town_mark(town.root)),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
