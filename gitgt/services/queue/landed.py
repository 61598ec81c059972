"""What has landed on a branch: by content, and where that does not tell, by the ledger.

Of what was squashed or rebased no commit is on the target. So nobody asks whether a branch is
an ancestor of it: what counts is whether merging it would change anything.
"""

from __future__ import annotations

from collections.abc import Collection

from gitgt.errors import RefusedError
from gitgt.git.landing import PINS
from gitgt.git.links import Landed
from gitgt.git.merge import Merger
from gitgt.git.repository import Signature
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.documents import MergeRequest
from gitgt.model.lifecycle import MergeStatus

_NOBODY = Signature("", "", 0)


def is_landed(now: Snapshot, head: str, branch: str) -> bool:
    """Tell whether *branch* has all that *head* brings; not if there is no such branch."""
    tip = now.repository.ref(f"refs/heads/{branch}")
    if tip is None:
        return False
    merger = Merger(now.repository, tip, _NOBODY, landed=by_ledger(now, branch))
    return merger.changes_nothing(head)


def by_ledger(now: Snapshot, branch: str) -> Landed:
    """Return what tells which commits were heads of requests that landed on *branch*.

    A commit's own trailers are not asked: anybody could write them.
    """
    pins = {name: head for name, head in now.repository.refs(PINS).items() if head}

    def among(commits: Collection[str]) -> list[str]:
        named = (name for name, head in pins.items() if head in commits)
        found = (_request(now, name.removeprefix(PINS)) for name in named)
        return [
            each.head
            for each in found
            if each is not None
            and (each.status, each.target) == (MergeStatus.LANDED, branch)
            and each.head in commits
        ]

    return among


def heads_of(now: Snapshot, bead: str) -> list[str]:
    """Return the heads with which *bead* has landed before, as far as they are here."""
    found = now.all(MergeRequest, source=bead, status=MergeStatus.LANDED)
    return [each.head for each in found if now.repository.has(each.head)]


def _request(now: Snapshot, name: str) -> MergeRequest | None:
    try:
        return now.request(name)
    except RefusedError:  # it is gone, or its file cannot be read
        return None
