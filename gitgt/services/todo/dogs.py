"""What dogs and warrants leave to a person."""

from __future__ import annotations

from collections.abc import Iterator

from gitgt.model.documents import Severity, Warrant
from gitgt.model.lifecycle import WarrantStatus
from gitgt.model.todo import Entry
from gitgt.model.wording import fit_line
from gitgt.services.plugins import library
from gitgt.services.town import Town


def unanswered(town: Town) -> Iterator[Entry]:
    """Yield the warrants on those that people sit with, who do not answer."""
    waits = town.ledger.snapshot().all(Warrant, status=WarrantStatus.UNANSWERED)
    for each in sorted(waits, key=lambda found: found.created_at):
        yield Entry(
            what=fit_line(f"{each.about} does not answer: {each.description}"),
            about=str(each.id),
            severity=Severity.MEDIUM,
            since=each.created_at,
            command=f"git gt warrant execute {each.about} --force",
        )


def spoilt(town: Town) -> Iterator[Entry]:
    """Yield the plugins that are committed and that nobody can read."""
    for each in library.shelf(town).broken:
        yield Entry(
            what=fit_line(f"a plugin cannot run: {each.why}"),
            about=f"plugin/{each.path}",
            severity=Severity.LOW,
            command="git gt plugin list",
        )
