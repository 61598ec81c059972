"""Polecats' sessions whose bead is off its hook: they are given a while, and then ended.

A session that people talk to, a crew member's, goes on until somebody ends it.

Since when that is so is a file in the session's folder, so another watcher goes on counting.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from gitgt.ledger.snapshot import Snapshot
from gitgt.model.dispatch import SessionState, is_polecat
from gitgt.runtime.notes import write_whole
from gitgt.services import freeze
from gitgt.services.agents import hook, wip
from gitgt.services.sessions import sessions
from gitgt.services.sessions.sessions import Seen
from gitgt.services.town import Rig, Town

# An agent that has handed its work in may put its things in order for so many seconds.
GRACE: Final = 60.0
_SINCE: Final = "off-hook"


def see_off(town: Town, rig: Rig, now: Snapshot, seen: Mapping[str, Seen]) -> float | None:
    """End the sessions whose time is up; return in how many seconds the next one's will be.

    Those that have ended count no more: whoever is given their bead next has all tries.
    """
    held = set(hook.held(now))
    waits: list[float] = []
    for address, each in seen.items():
        if not is_polecat(address):
            continue
        if each.state is not SessionState.RUNNING:
            if (address, each.bead) not in held and each.session:
                sessions.forgive(rig, address, each.bead)
            continue
        mark = sessions.folder_of(rig, address, each.session) / _SINCE
        if (address, each.bead) in held:
            mark.unlink(missing_ok=True)
            continue
        left = GRACE - _seconds_since(mark, town, rig)
        if left > 0:
            waits.append(left)
        else:
            _end(town, rig, address)
    return min(waits, default=None)


def _seconds_since(mark: Path, town: Town, rig: Rig) -> float:
    """Return for how long a session has been there for nothing, which begins now if ever.

    While it stood still it could put nothing in order.
    """
    now = town.clock()
    try:
        since = float(mark.read_text())
    except (FileNotFoundError, ValueError):
        since = now + 1
    if since > now:  # a clock may be set back
        write_whole(mark, str(now))
        return 0.0
    return now - since - freeze.frozen_seconds(town, rig, since=since, until=now)


def _end(town: Town, rig: Rig, address: str) -> None:
    """Save what is not committed there, and ask the session to end."""
    wip.save(town, rig, address)
    sessions.sessions_of(rig).ask_to_stop(address)
