"""Beads that go no further without a person."""

from __future__ import annotations

from collections.abc import Iterator

from gitgt.model.documents import Bead, Severity
from gitgt.model.lifecycle import BeadStatus
from gitgt.model.todo import Entry
from gitgt.model.wording import fit_line
from gitgt.services.costs.budgets import Purse
from gitgt.services.formula import gates
from gitgt.services.town import Town

_HUMAN = "human"


def unreadable(town: Town) -> Iterator[Entry]:
    """Yield the documents that no schema accepts."""
    for _, ledger in town.ledgers():
        for row in ledger.snapshot().rows(kind=""):
            if row.error:
                yield Entry(
                    what=fit_line(f"{row.id} cannot be read: {row.error}", longest=200),
                    about=row.id,
                    severity=Severity.HIGH,
                    command="git gt fsck",
                )


def blocked(town: Town) -> Iterator[Entry]:
    """Yield the beads that were given up; what waits for another bead waits by itself."""
    for _, ledger in town.ledgers():
        for each in ledger.snapshot().all(Bead, status=BeadStatus.BLOCKED):
            why = each.reason or each.title
            yield Entry(
                what=fit_line(f"{each.id} is blocked: {why}"),
                about=str(each.id),
                severity=Severity.MEDIUM,
                since=each.started_at or each.created_at,
                command=f"git gt bead update {each.id} --status open",
            )


def waiting_for_leave(town: Town) -> Iterator[Entry]:
    """Yield the steps of formulas that a person is to let go on, once they are reached."""
    for each in gates.every(town, [None, *town.rigs_here().values()]):
        if each.kind == _HUMAN and not each.waits:
            yield Entry(
                what=fit_line(f"{each.bead.id} waits for your leave: {each.told()}"),
                about=str(each.bead.id),
                severity=Severity.MEDIUM,
                since=each.bead.created_at,
                command=f"git gt mol gate approve {each.bead.id}",
            )


def budgets(town: Town) -> Iterator[Entry]:
    """Yield the caps that are reached today."""
    for rig in (None, *town.rigs_here().values()):
        reached = Purse(town, rig).reached()
        if reached is not None:
            yield Entry(
                what=str(reached),
                about=f"{rig.name if rig else 'hq'}/budget/{reached.what}",
                severity=Severity.HIGH,
                command="git gt costs; raise budget in settings/config.yaml",
            )
