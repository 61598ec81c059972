"""What merge requests have cost, from the ledger's history and from what gates have said."""

from __future__ import annotations

from gitgt.errors import InvalidDocumentError
from gitgt.ledger.chronicle import Chronicle
from gitgt.ledger.documents import load
from gitgt.ledger.gate_log import runs_since
from gitgt.ledger.transact import Ledger
from gitgt.model.documents import MergeRequest
from gitgt.model.instant import seconds_of
from gitgt.model.queue.queue_cost import Cost, Moment, cost
from gitgt.services.town import Town


def of(town: Town, request: MergeRequest) -> Cost:
    """Return what *request* has cost so far."""
    ledger = town.ledger_of(request.id)
    runs = runs_since(ledger.repository, seconds_of(request.created_at))
    return cost(life(ledger, request), runs, now=town.clock())


def life(ledger: Ledger, request: MergeRequest) -> list[Moment]:
    """Return how *request* stood over time, the oldest first."""
    steps = Chronicle(ledger.repository).steps(ledger.head(), request.id)
    content = dict(ledger.repository.blobs({each.after for each in steps if each.after}))
    found: list[Moment] = []
    for step in steps:
        then = _read(content.get(step.after, b""), request)
        if then is not None:
            found.append(Moment(step.at, then.status, then.head, then.reason))
    return found


def _read(content: bytes, request: MergeRequest) -> MergeRequest | None:
    try:
        then = load(content, str(request.id)) if content else None
    except InvalidDocumentError:  # what it said then cannot be read
        return None
    return then if isinstance(then, MergeRequest) else None
