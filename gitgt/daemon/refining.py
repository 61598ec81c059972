"""One pass of the refinery alone, for a pipeline: as far as it gets with what it runs.

Nobody wakes it, so it waits for its gates itself and looks again when one has left a note.
"""

from __future__ import annotations

import threading
import time
from typing import Final

from gitgt.errors import BusyError
from gitgt.git.spool import Spool
from gitgt.reactor.key import Key
from gitgt.roles.refinery import RefineryRole
from gitgt.services.gates.gate_runs import GateRuns
from gitgt.services.town import Rig, Town

_GLANCE: Final = 0.1
# What others are at is tried again so often, and so many seconds apart.
_TRIES: Final = 5
_PAUSE: Final = 1.0


def refine(town: Town, rig: Rig) -> None:
    """Test and land what waits, until nothing is left to do but to wait for others.

    Raises:
        BusyError: others are at it again and again.
    """
    role = RefineryRole(town)
    spool = Spool.of(town.ledger_at(rig).repository.common)
    busy = 0
    while True:
        spool.take()
        try:
            again = role.reconcile(Key(role.role, rig.name)).again_in
        except BusyError:
            busy += 1
            if busy == _TRIES:
                raise
            time.sleep(_PAUSE)
            continue
        busy = 0
        if not GateRuns(town, rig).live():
            return
        _wait(spool, again)


def _wait(spool: Spool, longest: float | None) -> None:
    """Wait until somebody leaves a note, or a deadline has come."""
    pause = threading.Event()
    end = None if longest is None else time.monotonic() + longest
    while not spool.waiting() and (end is None or time.monotonic() < end):
        pause.wait(_GLANCE)
