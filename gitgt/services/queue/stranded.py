"""Requests for a branch that is gone: they wait until it is back, and are never retargeted."""

from __future__ import annotations

from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change, Ledger
from gitgt.model.actor import Actor
from gitgt.model.documents import MergeRequest
from gitgt.model.lifecycle import MergeStatus


def gone(branch: str) -> str:
    """Return what is said of requests for a branch that is not there any more."""
    return f"the branch {branch!r} is gone"


def is_stranded(request: MergeRequest) -> bool:
    """Tell whether *request* waits for a branch that was gone when it was last looked for."""
    return request.status == MergeStatus.BLOCKED and request.reason == gone(request.target)


def waiting(now: Snapshot, branch: str) -> list[MergeRequest]:
    """Return the requests that wait for *branch* to come back."""
    found = now.all(MergeRequest, status=MergeStatus.BLOCKED, target=branch)
    return [each for each in found if is_stranded(each)]


def strand(ledger: Ledger, branch: str, who: Actor) -> None:
    """Block what is queued for *branch*, if that is gone."""

    def decide(now: Snapshot) -> Change | None:
        if now.repository.ref(f"refs/heads/{branch}") is not None:
            return None
        blocked = [
            each.replace(status=MergeStatus.BLOCKED, reason=gone(branch))
            for each in now.all(MergeRequest, status=MergeStatus.QUEUED, target=branch)
        ]
        said = f"block {', '.join(each.id for each in blocked)}: {gone(branch)}"
        return Change(said, tuple(blocked), event="request.blocked") if blocked else None

    ledger.transact(decide, who)


def take_up(ledger: Ledger, branch: str, who: Actor) -> bool:
    """Queue again what waited for *branch*, which is back; say if there was anything."""
    if not waiting(ledger.snapshot(), branch):
        return False

    def decide(now: Snapshot) -> Change | None:
        back = [
            each.replace(status=MergeStatus.QUEUED, reason="") for each in waiting(now, branch)
        ]
        said = f"queue {', '.join(each.id for each in back)}: {branch} is back"
        return Change(said, tuple(back), event="request.unblocked") if back else None

    ledger.transact(decide, who)
    return True
