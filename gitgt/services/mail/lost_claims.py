"""Tell an agent at work that its bead is another's: two clones claimed it, that one stands.

The witness ends such a session after a while, and saves what it did. Until then it may as well
know, and stop.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gitgt.ledger.snapshot import Snapshot
from gitgt.model.actor import Actor
from gitgt.model.dispatch import SessionState, is_polecat
from gitgt.model.documents import Escalation
from gitgt.model.lost_claims import TELLER
from gitgt.services.agents import hook
from gitgt.services.mail import nudging
from gitgt.services.mail.nudging import Word
from gitgt.services.sessions import sessions
from gitgt.services.sessions.sessions import Seen
from gitgt.services.town import Rig, Town

_WHO: Final = Actor.role("dispatcher")
_TOLD: Final = "told-that-it-lost"  # a file in the session's folder


def tell(town: Town, rig: Rig, now: Snapshot, seen: Mapping[str, Seen]) -> None:
    """Nudge, once, whoever works on a bead of which a merge said that it is another's."""
    held = set(hook.held(now))
    for address, each in seen.items():
        at_it = each.state is SessionState.RUNNING and is_polecat(address)
        if not at_it or not each.bead or (address, each.bead) in held:
            continue
        told = sessions.folder_of(rig, address, each.session) / _TOLD
        said = "" if told.exists() else _said(now, address, each.bead)
        if said:
            text = f"{said}. Stop here: what you did is saved, and this session will be ended."
            nudging.nudge(town, [address], Word(text=text), _WHO.address, _WHO)
            told.touch()


def _said(now: Snapshot, address: str, bead: str) -> str:
    """Return what the merge said; empty if it was something else that took the bead."""
    for call in now.all(Escalation):
        is_about = call.created_by == TELLER and call.about == bead
        if is_about and call.title.startswith(f"{bead} is not {address}'s: "):
            return call.title
    return ""
