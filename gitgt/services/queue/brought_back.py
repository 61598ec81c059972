"""Requests that would bring back what somebody has taken off the target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gitgt.git.taken_off import brought_back, taken_off
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.documents import MergeRequest
from gitgt.model.lifecycle import MergeStatus
from gitgt.services.queue import merge_queue
from gitgt.services.queue.merge_queue import Target, Verdict
from gitgt.services.town import Town

_WAY_OUT: Final = """\
{gone} was on {branch} and was taken off it; {head} has it in its history. To leave it out:

    git rebase --onto {branch} {gone}

Whoever wants it back puts it on {branch} again, or cherry-picks it: then it is another commit.
"""


def send_back(
    town: Town, now: Snapshot, target: Target, requests: Sequence[MergeRequest]
) -> bool:
    """Send back who would bring back what was taken off; say whether there was anybody."""
    queued = [each for each in requests if each.status == MergeStatus.QUEUED and not each.held]
    tip = now.repository.ref(target.ref)
    if not queued or tip is None:
        return False
    gone = taken_off(now.repository, target.ref)
    found = False
    for each in queued:
        back = brought_back(now.repository, tip, each.head, gone)
        if back is not None:
            merge_queue.send_back(town, target, each, _verdict(each, target.branch, back[:12]))
            found = True
    return found


def _verdict(request: MergeRequest, branch: str, gone: str) -> Verdict:
    why = f"it would bring back {gone}, which was taken off {branch}"
    told = _WAY_OUT.format(gone=gone, branch=branch, head=request.head[:12])
    return Verdict(MergeStatus.REJECTED, why, told)
