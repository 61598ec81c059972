"""What agents' sessions are run in: what is wanted, and what that comes to."""

from __future__ import annotations

from enum import StrEnum


class Launching(StrEnum):
    """What the settings may want."""

    AUTO = "auto"
    TMUX = "tmux"
    PROCESS = "process"
    EXEC = "exec"
    MANUAL = "manual"


def choose(wanted: Launching, *, talks: bool, turns: bool, has_tmux: bool) -> Launching:
    """Return what a session is run in.

    A program that *talks* can be run on a terminal; one that takes *turns* can be run without.
    Whoever can only do one of both does that, whatever is wanted.
    """
    if wanted is Launching.MANUAL:
        return wanted
    if not talks or (wanted is Launching.EXEC and turns):
        return Launching.EXEC
    if wanted in (Launching.AUTO, Launching.EXEC):
        return Launching.TMUX if has_tmux else Launching.PROCESS
    return wanted
