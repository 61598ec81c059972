"""Polecats whose session has ended and whose bead is off their hook: their tries are forgiven.

Those that go on all the same are the witness's to see to.
"""

from __future__ import annotations

from collections.abc import Mapping

from gitgt.ledger.snapshot import Snapshot
from gitgt.model.dispatch import SessionState, is_polecat
from gitgt.services.agents import hook
from gitgt.services.sessions import sessions
from gitgt.services.sessions.sessions import Seen
from gitgt.services.town import Rig


def forgive(rig: Rig, now: Snapshot, seen: Mapping[str, Seen]) -> None:
    """Count those no more: whoever is given their bead next has all tries."""
    held = set(hook.held(now))
    for address, each in seen.items():
        is_over = each.state is SessionState.ENDED and (address, each.bead) not in held
        if is_polecat(address) and is_over:
            sessions.forgive(rig, address, each.bead)
