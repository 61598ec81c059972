"""What happens when a runtime is about to forget: somebody fresh goes on, or a note stays.

A crew member, or the mayor, hands over: a whole new context is better than a lossy one. A
polecat is within one assignment; its program forgets what it likes, and is told again.
"""

from __future__ import annotations

from gitgt.errors import BusyError, RefusedError
from gitgt.model.actor import Actor
from gitgt.model.address import Address, Role
from gitgt.services.handoff import checkpoints, over
from gitgt.services.handoff.over import COMPACTION, Left, Words
from gitgt.services.handoff.seat import seat_of
from gitgt.services.town import Town


def compacting(town: Town, address: str) -> Left | None:
    """See to an agent whose program is about to compact; return the handoff, if it made one.

    Whoever made one is to be ended (``over.end``). Where the rules are against a handoff, and
    for a polecat, a checkpoint is written.
    """
    seat = seat_of(town, address)
    words = Words(reason=COMPACTION, subject="The context was full", collect=True)
    if Address.parse(address).role is not Role.POLECAT:
        try:
            return over.hand_over(town, seat, words, Actor.agent(address))
        except (BusyError, RefusedError):
            pass  # it compacts, as it would have without us
    checkpoints.write(town, seat, words)
    return None
