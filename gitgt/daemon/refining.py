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
    key = Key(role.role, rig.name)
    spool = Spool.of(town.ledger_at(rig).repository.common)
    try:
        spool.take()
        again = _patiently(role, key)
        while GateRuns(town, rig).live():
            _wait(spool, again)
            spool.take()
            again = _patiently(role, key)
    finally:
        role.leave(key)


def _patiently(role: RefineryRole, key: Key) -> float | None:
    """Look once, and again while others are at it; return when to look at the latest."""
    for _ in range(_TRIES - 1):
        try:
            return role.reconcile(key).again_in
        except BusyError:
            time.sleep(_PAUSE)
    return role.reconcile(key).again_in


def _wait(spool: Spool, longest: float | None) -> None:
    """Wait until somebody leaves a note, or a deadline has come."""
    pause = threading.Event()
    end = None if longest is None else time.monotonic() + longest
    while not spool.waiting() and (end is None or time.monotonic() < end):
        pause.wait(_GLANCE)
