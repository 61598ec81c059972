"""Stop a run where it stands, and let it go on later, with nothing lost.

All that came of its command gets SIGSTOP; its shim goes on, keeps the terminal, and does not
count the time. The file ``frozen`` in the run's folder says so: it is there before the first
process is stopped, and until the last one goes on, so who is killed on the way does it again.
"""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Final

from gitgt.runtime import identity, process
from gitgt.runtime.identity import Identity
from gitgt.runtime.process import FROZEN, Running

# A process that is being stopped may start another one; those are found at the next look.
_LOOKS: Final = 20


def is_frozen(directory: Path) -> bool:
    """Tell whether the run in *directory* was stopped where it stands."""
    return (directory / FROZEN).exists()


def freeze(directory: Path) -> bool:
    """Stop the run in *directory* where it stands; say if it goes on at all.

    Whoever asks, and who started them, goes on.
    """
    if not isinstance(process.look(directory), Running):
        return False
    (directory / FROZEN).touch()
    family = identity.family()
    stopped: set[Identity] = set()
    for _ in range(_LOOKS):
        fresh = [
            who
            for who in process.members(directory)
            if who not in stopped and who.pid not in family
        ]
        if not fresh:
            break
        for who in fresh:
            identity.send(who, signal.SIGSTOP)
        stopped.update(fresh)
    return True


def thaw(directory: Path) -> bool:
    """Let the run in *directory* go on where it was stopped; say if it was."""
    if not is_frozen(directory):
        return False
    for who in process.members(directory):
        identity.send(who, signal.SIGCONT)
    (directory / FROZEN).unlink(missing_ok=True)
    return True
