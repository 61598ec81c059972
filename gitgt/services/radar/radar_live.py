"""Which branches of a rig are live: on a hook, in the queue, or a crew member's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitgt.git.repository import Repository
from gitgt.git.snapshot import WIP
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.documents import Bead, MergeRequest
from gitgt.model.ids import BeadId
from gitgt.model.lifecycle import MergeStatus
from gitgt.model.radar.radar import Live, Standing
from gitgt.services import submit, target
from gitgt.services.agents import hook
from gitgt.services.agents.sandbox import branch_of
from gitgt.services.town import Rig

_HEADS: Final = "refs/heads/"
_CREW: Final = "crew/"
_WAITS: Final = (MergeStatus.QUEUED, MergeStatus.BLOCKED, MergeStatus.ESCALATED)


def live(rig: Rig, now: Snapshot, heads: dict[str, str]) -> list[Live]:
    """Return the live branches of *rig*, whose *heads* are given by their full names."""
    # One that another clone handed in may be known before its commits are here.
    requests = {
        each.source: each
        for each in now.all(MergeRequest, status=submit.LIVE)
        if now.repository.has(each.head)
    }
    found: dict[str, Live] = {}
    for bead in now.all(Bead, status=hook.HELD):
        each = _of_bead(rig, bead, requests.get(bead.id), heads, now)
        # A person may hand in several from one branch: the last has what the others have.
        if each is not None and not _is_in(now.repository, each, found.get(each.branch)):
            found[each.branch] = each
    for each in _of_crew(rig, heads):
        found.setdefault(each.branch, each)
    drafts = now.repository.refs(WIP)
    return [_with_draft(now.repository, each, drafts) for _, each in sorted(found.items())]


def _of_bead(
    rig: Rig, bead: Bead, request: MergeRequest | None, heads: dict[str, str], now: Snapshot
) -> Live | None:
    where = target.of(rig, bead)
    if request is not None and request.status in _WAITS:
        return Live(
            branch=request.branch, head=request.head, standing=Standing.QUEUED,
            target=request.target, agent=request.agent, bead=bead.id,
        )  # fmt: skip
    branch = branch_of(bead.assignee, bead.id)
    head = heads.get(f"{_HEADS}{branch}")
    standing = Standing.WORKING
    if request is not None and head is None:
        branch, head = request.branch, request.head
    base = target.tip(now.repository, where)
    if head is None or _has(now.repository, base, head):
        earlier = _earlier(bead.id, heads, branch, now)
        if earlier is not None:
            (branch, head), standing = earlier, Standing.EARLIER
    if head is None:
        return None
    return Live(
        branch=branch, head=head, standing=standing, target=where, agent=bead.assignee,
        bead=bead.id,
    )  # fmt: skip


def _earlier(
    bead: BeadId, heads: dict[str, str], branch: str, now: Snapshot
) -> tuple[str, str] | None:
    """Return branch and head of the last try at *bead* that somebody else has made."""
    ends = f"/{bead}"
    tried = [
        (name.removeprefix(_HEADS), head)
        for name, head in sorted(heads.items())
        if name.startswith(f"{_HEADS}polecat/") and name.endswith(ends)
    ]
    others = [each for each in tried if each[0] != branch]
    if not others:
        return None
    return max(others, key=lambda each: (now.repository.committed(each[1])[0].seconds, each))


def _of_crew(rig: Rig, heads: dict[str, str]) -> Iterator[Live]:
    for ref, head in heads.items():
        branch = ref.removeprefix(_HEADS)
        if branch.startswith(_CREW):
            yield Live(
                branch=branch, head=head, standing=Standing.CREW, target=rig.branch,
                agent=f"{rig.name}/{branch}",
            )  # fmt: skip


def _with_draft(repository: Repository, each: Live, drafts: dict[str, str]) -> Live:
    """Return a branch with what its agent has not committed on top of it, if that is known."""
    if each.standing not in (Standing.WORKING, Standing.CREW):
        return each
    draft = drafts.get(f"{WIP}{each.agent}")
    if draft is None or repository.parents_of(draft)[:1] != (each.head,):
        return each  # it was made on something else, which is committed or gone by now
    if repository.tree_of(draft) == repository.tree_of(each.head):
        return each
    return Live(
        branch=each.branch, head=each.head, standing=each.standing, target=each.target,
        agent=each.agent, bead=each.bead, draft=draft,
    )  # fmt: skip


def _has(repository: Repository, tip: str | None, head: str) -> bool:
    return tip is not None and repository.is_ancestor(head, tip)


def _is_in(repository: Repository, each: Live, other: Live | None) -> bool:
    return other is not None and _has(repository, other.head, each.head)
