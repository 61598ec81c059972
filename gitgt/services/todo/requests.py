"""Merge requests that wait for a person."""

from __future__ import annotations

from collections.abc import Iterator

from gitgt.model.documents import MergeRequest, Severity
from gitgt.model.lifecycle import MergeStatus
from gitgt.model.todo import Entry
from gitgt.services import submit
from gitgt.services.gates import gate
from gitgt.services.town import Town


def escalated(town: Town) -> Iterator[Entry]:
    """Yield the requests that were given up: their authors cannot help them."""
    for _, ledger in town.ledgers():
        for each in ledger.snapshot().all(MergeRequest, status=MergeStatus.ESCALATED):
            yield Entry(
                what=f"{each.source} cannot land: {each.reason or each.title}",
                about=each.source,
                severity=Severity.HIGH,
                since=each.queued_at or each.created_at,
                command=f"git gt mq retry {each.id}",
            )


def held(town: Town) -> Iterator[Entry]:
    """Yield the requests that somebody holds back."""
    for _, ledger in town.ledgers():
        for each in ledger.snapshot().all(MergeRequest, status=submit.LIVE):
            if each.held:
                yield Entry(
                    what=f"{each.source} is held back: {each.held}",
                    about=f"held/{each.id}",
                    severity=Severity.LOW,
                    since=each.queued_at or each.created_at,
                    command=f"git gt mq unhold {each.id}",
                )


def without_gates(town: Town) -> Iterator[Entry]:
    """Yield the rigs where something waits to land and nothing says what must pass."""
    for rig in town.rigs_here().values():
        if gate.gates(town, rig) or any(not each.tree for each in gate.waivers(town, rig)):
            continue
        now = town.ledger_at(rig).snapshot()
        waiting = list(now.all(MergeRequest, status=MergeStatus.QUEUED))
        if waiting:
            yield Entry(
                what=f"{rig.name} has no gate, and {len(waiting)} wait to land",
                about=f"{rig.name}/{rig.target}",
                severity=Severity.HIGH,
                since=min(each.queued_at for each in waiting),
                command=f"git gt gate add {rig.name} check make test",
                count=len(waiting),
            )
