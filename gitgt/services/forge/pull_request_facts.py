"""What git says of a pull request: whose its head is, and whether its merge has arrived."""

from __future__ import annotations

from typing import Final

from gitgt.git import remote
from gitgt.git.merge import Conflict, Merger
from gitgt.git.repository import Repository, Signature
from gitgt.model.documents import MergeRequest
from gitgt.model.lifecycle import MergeStatus
from gitgt.model.pull_request import Proposal, Seen
from gitgt.services.forge.proposing import REMOTE, WHO, branch_of
from gitgt.services.submit import PIN, TRASH

_NOBODY: Final = Signature(WHO.address, WHO.email, 0)
_OVER: Final = (MergeStatus.WITHDRAWN, MergeStatus.NO_OP)


class Facts:
    """What is so of one request and the pull request that was seen of it, if any."""

    def __init__(
        self, repository: Repository, request: MergeRequest, seen: Seen | None = None
    ) -> None:
        self._repository = repository
        self._request = request
        self._seen = seen

    def proposal(self) -> Proposal:
        """Return all that the plan has to know."""
        request, seen = self._request, self._seen
        waits = request.status == MergeStatus.QUEUED
        merged = seen is not None and seen.merged
        there = "" if seen is None or merged or not seen.is_open else self._fetched(seen)
        return Proposal(
            head=request.head,
            agent=request.agent,
            revision=request.revision,
            waits=waits,
            over=f"{request.source}: {request.reason}" if request.status in _OVER else "",
            passed=request.is_proposed,
            held=bool(request.held),
            reason=request.reason,
            heard=frozenset(each.id for each in request.comments),
            contains=not there or self._repository.is_ancestor(there, request.head),
            is_foreign=bool(there) and self.is_foreign(there),
            builds_on=bool(there) and self._repository.is_ancestor(request.head, there),
            arrived=merged and bool(self.landed()),
            complete=merged and self._is_complete(),
            clashes=waits and bool(there) and self._clashes(),
        )

    def is_foreign(self, commit: str) -> bool:
        """Tell whether *commit* was never handed in for this request."""
        kept = self._repository.refs(f"{TRASH}{self._request.id}/").values()
        pinned = self._repository.ref(f"{PIN}{self._request.id}")
        ours = [self._request.head, *kept, *([pinned] if pinned else [])]
        return not any(self._repository.is_ancestor(commit, each) for each in ours)

    def tip(self) -> str | None:
        """Return where the target stands at the forge, as far as we know."""
        return self._repository.ref(remote.tracking(REMOTE, self._request.target))

    def _here(self) -> str | None:
        return self._repository.ref(f"refs/heads/{self._request.target}")

    def landed(self) -> str:
        """Return the commit that merging made; empty if it is not there, or we have our own.

        A forge that does not name it has at least moved the target.
        """
        tip = self.tip()
        here = self._here()
        if tip is None or here is None or not self._repository.is_ancestor(here, tip):
            return ""
        found = (self._seen.landed if self._seen is not None else "") or tip
        there = self._repository.has(found) and self._repository.is_ancestor(found, tip)
        return found if there else ""

    def _is_complete(self) -> bool:
        landed = self.landed()
        if not landed:
            return False
        return Merger(self._repository, landed, _NOBODY).changes_nothing(self._request.head)

    def _clashes(self) -> bool:
        tip = self.tip()
        if tip is None or tip != self._here():
            return False  # our gates would judge it on another target
        found = Merger(self._repository, tip, _NOBODY).merge(tip, self._request.head)
        return isinstance(found, Conflict)

    def _fetched(self, seen: Seen) -> str:
        """Return the head of the pull request, which is here afterwards."""
        if not self._repository.has(seen.head):
            remote.fetch(self._repository, REMOTE, branch_of(self._request))
        return seen.head if self._repository.has(seen.head) else ""
