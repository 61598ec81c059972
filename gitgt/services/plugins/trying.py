"""Programs of plugins: with a person's own environment, since a person has committed them."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from pathlib import Path
from typing import Final

from gitgt.model.plugin import Plugin
from gitgt.runtime import process
from gitgt.runtime.environment import town_mark
from gitgt.services.plugins import library
from gitgt.services.town import Town

# A condition is to be a quick question: the watcher waits for its answer.
_PATIENCE: Final = 10.0


def environment(town: Town, plugin: Plugin, **more: str) -> dict[str, str]:
    """Return what a program of *plugin* finds in its environment."""
    ours = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GT_") or name.startswith(process.CHOSEN)
    }
    told = {"GT_TOWN_ROOT": str(town.root), "GT_PLUGIN": plugin.name, "GT_RIG": plugin.rig}
    marked = {process.TOWN_MARK: town_mark(town.root)}
    return {**ours, **{name: value for name, value in told.items() if value}, **marked, **more}


def home(town: Town, plugin: Plugin) -> Path:
    """Return where the programs of *plugin* are started."""
    rig = library.place(town, plugin)
    return town.root if rig is None else rig.path


def holds(town: Town, plugin: Plugin, check: str) -> bool:
    """Tell whether the command *check* ends with exit code 0; one that takes long does not."""
    try:
        asked = subprocess.Popen(
            ["/bin/sh", "-c", check],
            cwd=home(town, plugin), env=environment(town, plugin), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    except OSError:
        return False
    try:
        return asked.wait(_PATIENCE) == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        with contextlib.suppress(OSError):  # what it left behind, too
            os.killpg(asked.pid, signal.SIGKILL)
        asked.wait()
