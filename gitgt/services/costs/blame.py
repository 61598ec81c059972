"""Who wrote each line of a file, for which bead, and what that bead cost."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gitgt.git import blame as lines
from gitgt.git.blame import Line
from gitgt.ledger.work_notes import WorkNotes
from gitgt.model import money
from gitgt.model.money import Sum
from gitgt.services.costs import prices
from gitgt.services.sessions import session_records
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_NOT_COMMITTED = "0" * 40


@dataclass(frozen=True, slots=True)
class Told:
    """One line, the bead that it was written for, and what that took; None: nobody knows."""

    line: Line
    bead: str
    took: Sum | None


def blame(town: Town, rig: Rig, path: Path) -> list[Told]:
    """Return what is known of each line of *path*, which lies in a worktree of *rig*.

    Raises:
        NotFoundError: git does not know it.
    """
    found = lines.blame(path)
    commits = list(dict.fromkeys(each.commit for each in found))
    beads = _beads(town, rig, path, [each for each in commits if each != _NOT_COMMITTED])
    took = _took(town, rig, set(beads.values()))
    return [_told(each, beads, took) for each in found]


def _told(line: Line, beads: Mapping[str, str], took: Mapping[str, Sum]) -> Told:
    bead = beads.get(line.commit, "")
    return Told(line, bead, took.get(bead))


def _beads(town: Town, rig: Rig, path: Path, commits: list[str]) -> dict[str, str]:
    """Return the bead of each commit: its note says it, else its own trailer."""
    said = lines.trailers(commits, "Bead", path.parent)
    notes = dict(WorkNotes(town.ledger_at(rig).repository).all())
    return said | {each: notes[each].bead for each in commits if each in notes}


def _took(town: Town, rig: Rig, beads: set[str]) -> dict[str, Sum]:
    """Return what was taken for each bead, from the records, else from the notes."""
    known = prices.known(town)
    found: dict[str, list[money.Item]] = {}
    for each in money.items(session_records.records(town, rig), known):
        found.setdefault(each.record.bead, []).append(each)
    return {bead: money.total(found[bead], bead) for bead in beads if bead in found}
