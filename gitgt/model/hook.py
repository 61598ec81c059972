"""How a hook stands: derived from the bead on it and from whether somebody is at it.

A hook is the persistent place of an agent's work. All of it is in the ledger and in refs: so
it is the same after a crash, and on another machine.
"""

from __future__ import annotations

from typing import Final

from gitgt.model.lifecycle import BeadStatus, HookStatus
from gitgt.values import dataclass

_ENDS: Final = (BeadStatus.CLOSED, BeadStatus.TOMBSTONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What hangs, or hung, on a hook.

    ``submitted`` says that its merge request is with the refinery, ``at_it`` that a session of
    its agent goes on. A person who works without one is not ``watched``: what they have begun
    they are at.
    """

    status: BeadStatus
    submitted: bool = False
    at_it: bool = False
    watched: bool = True


def status_of(work: Work | None) -> HookStatus:
    """Return how the hook stands on which *work* hangs, or nothing."""
    if work is None:
        return HookStatus.CREATED
    if work.status in _ENDS:
        return HookStatus.ARCHIVED
    if work.submitted:
        return HookStatus.COMPLETED
    begun = not work.watched and work.status is BeadStatus.IN_PROGRESS
    return HookStatus.ACTIVE if work.at_it or begun else HookStatus.SUSPENDED
