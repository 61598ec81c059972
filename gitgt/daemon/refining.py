"""One pass of the refinery alone, for a pipeline: as far as it gets with what it runs.

Nobody wakes it, so it waits for its gates itself and looks again when one has left a note. A
pipeline may be ended at any moment, and all that is not at the remote by then is lost: so what
came of a look is shared before the next.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import Final

from gitgt.errors import BusyError
from gitgt.git.spool import Spool
from gitgt.ledger import verdicts
from gitgt.reactor.key import Key
from gitgt.roles.refinery import RefineryRole
from gitgt.services import sync
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
    try:
        _go_on(town, rig, role, spool)
    finally:
        for each in GateRuns(town, rig).live():
            GateRuns(town, rig, each.branch).cancel(each.run)
        role.leave(Key(role.role, rig.name))


def _go_on(town: Town, rig: Rig, role: RefineryRole, spool: Spool) -> None:
    key, known = Key(role.role, rig.name), _stand(town, rig)
    while True:
        spool.take()
        again = _patiently(role, key)
        if (now := _stand(town, rig)) != known:
            known = now
            with suppress(BusyError):  # then it goes along with what comes next
                sync.sync(town, rig)
        if not GateRuns(town, rig).live():
            return
        _wait(spool, again)


def _stand(town: Town, rig: Rig) -> tuple[str | None, ...]:
    ledger = town.ledger_at(rig)
    return ledger.head(), ledger.repository.ref(verdicts.REF)


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
