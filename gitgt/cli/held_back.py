"""Say that nobody is begun for what was just given out: the town is frozen, or down."""

from __future__ import annotations

from gitgt.cli import output
from gitgt.services import freeze, uptime
from gitgt.services.town import Rig, Town


def say_if_held(town: Town, rig: Rig | None = None) -> None:
    """Say so, and what to type."""
    halted = freeze.frozen(town, rig)
    if halted is not None:
        why = f": {halted.why}" if halted.why else ""
        output.say(f"gt: {halted.place} is frozen{why}; nobody is begun")
        output.say("hint: git gt thaw")
    elif uptime.is_down(town):
        output.say("gt: the town is down; nobody is begun")
        output.say("hint: git gt up")
