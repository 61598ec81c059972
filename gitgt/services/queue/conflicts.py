"""Conflicts, told before any gate has run: with the target, and with who is ahead."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gitgt.git.dispute import dispute
from gitgt.git.merge import Merger
from gitgt.git.repository import Repository, Signature
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.conflict import Dispute
from gitgt.model.documents import MergeRequest
from gitgt.model.lifecycle import MergeStatus
from gitgt.model.queue.merge_chain import Base, Held, behind, chain_of
from gitgt.model.queue.merge_facts import LIMIT
from gitgt.model.queue.queue_order import in_order
from gitgt.services import target
from gitgt.services.queue import landed, merge_queue, queue_facts
from gitgt.services.queue.merge_queue import WHO, Target
from gitgt.services.town import Rig, Town

# Whoever merges as we do makes the same commits.
COMMITTER: Final = Signature(WHO.address, WHO.email, 0)
# Of a long queue only its head is merged for show: who is further behind waits anyhow.
_LOOKED_AT: Final = 4 * LIMIT


def of(now: Snapshot, request: MergeRequest) -> Dispute | None:
    """Return what *request* and its target, as it stands, disagree about; None if they merge.

    None also if the target is gone.
    """
    return between(now.repository, request.target, request.branch, request.head)


def between(repository: Repository, where: str, branch: str, head: str) -> Dispute | None:
    """Return what *head*, which *branch* brings, and the branch *where* disagree about."""
    tip = target.tip(repository, where)
    if tip is None:
        return None
    return dispute(Merger(repository, tip, COMMITTER), head, target=where, branch=branch)


def of_new(town: Town, request: MergeRequest) -> Dispute | None:
    """Return what a request that was just submitted conflicts in, if it does."""
    now = town.ledger_of(request.id).snapshot()
    return of(now, request) if request.status == MergeStatus.QUEUED else None


def held(town: Town, rigs: Iterable[Rig]) -> dict[str, Held]:
    """Return the requests that merge with their target and not with those ahead of them."""
    found: dict[str, Held] = {}
    for rig in rigs:
        now = town.ledger_at(rig).snapshot()
        for each in merge_queue.targets(rig, now):
            found |= {one.request: one for one in _held(town, now, each)}
    return found


def _held(town: Town, now: Snapshot, where: Target) -> Iterable[Held]:
    tip = now.repository.ref(where.ref)
    queued = sorted(
        merge_queue.queued(now, where), key=lambda each: (each.priority, each.queued_at)
    )
    requests, _ = merge_queue.sort_out(now, queued[:_LOOKED_AT])
    if tip is None or len(requests) < 2:
        return ()
    known = landed.by_ledger(now, where.branch)
    merger = Merger(now.repository, tip, COMMITTER, landed=known)
    merging = merger.merging(merge_queue.incoming(now, requests))
    hours = queue_facts.tuning_of(town, where.rig).hours
    order = in_order(queue_facts.as_planned(town, now, requests, hours=hours))
    chain = chain_of(order, Base(tip, now.repository.tree_of(tip)), merging, limit=LIMIT)
    return [behind(clash, chain, merging) for clash in chain.held]


def told(waits: Held) -> str:
    """Return why a request waits, in a line."""
    paths = ", ".join(waits.paths) or "the same"
    if not waits.on:
        return f"waits for several ahead, which change {paths}"
    return f"waits for {waits.on}: both change {paths}"
