"""How the queue of a rig did lately, from the ledger's history and what gates have said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gitgt.ledger.gate_log import runs_since
from gitgt.model.documents import MergeRequest
from gitgt.model.instant import exact_seconds_of, text_of
from gitgt.model.lifecycle import MergeStatus
from gitgt.model.queue.queue_cost import Moment, Ran, backs, cost
from gitgt.model.queue.queue_report import Back, Landed, QueueReport
from gitgt.services.queue import queue_cost
from gitgt.services.town import Rig, Town


def of(town: Town, rig: Rig, *, since: float) -> QueueReport:
    """Return how the queue of *rig* has done *since* then, in seconds since the epoch."""
    ledger = town.ledger_at(rig)
    now = town.clock()
    lives = [
        (each, queue_cost.life(ledger, each))
        for each in ledger.snapshot().all(MergeRequest)
        if not each.is_closed or each.closed_at >= text_of(since)
    ]
    # What was handed in before has cost something before, too.
    first = min((exact_seconds_of(each.created_at) for each, _ in lives), default=since)
    runs = runs_since(ledger.repository, min(first, since))
    return QueueReport(
        rig=rig.name,
        since=since,
        until=now,
        landed=tuple(sorted(_landed(lives, runs, now), key=lambda each: each.at)),
        backs=tuple(sorted(_backs(lives, since), key=lambda each: each.at)),
        runs=tuple(each for each in runs if each.at >= since),
    )


Lives = Sequence[tuple[MergeRequest, Sequence[Moment]]]


def _landed(lives: Lives, runs: Sequence[Ran], now: float) -> Iterator[Landed]:
    for each, life in lives:
        if each.status == MergeStatus.LANDED:
            at = exact_seconds_of(each.closed_at)
            spent = cost(life, runs, now=now)
            yield Landed(each.id, each.source, each.title, each.target, at, spent)


def _backs(lives: Lives, since: float) -> Iterator[Back]:
    for each, life in lives:
        for then in backs(life):
            if then.at >= since:
                reason = then.reason.partition("\n")[0]
                yield Back(each.id, each.title, then.at, str(then.status), reason)
