"""Beads as CSV, for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Final

from gitgt.model.documents import Bead

COLUMNS: Final = (
    "id", "type", "status", "priority", "title", "assignee", "owner", "parent", "labels",
    "blocked_by", "estimate", "created_at", "created_by", "started_at", "due_at", "defer_until",
    "closed_at", "closed_by", "outcome", "reason", "external", "description",
)  # fmt: skip
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def lines(beads: Iterable[Bead]) -> Iterator[str]:
    """Yield the head and a row for each bead, without line ends.

    What a spreadsheet would take for a formula gets an apostrophe before it.
    """
    yield ",".join(COLUMNS)
    for bead in beads:
        out = io.StringIO()
        csv.writer(out, lineterminator="").writerow(_cell(bead, name) for name in COLUMNS)
        yield out.getvalue()


def _cell(bead: Bead, name: str) -> str:
    if name == "labels":
        return _safe(" ".join(bead.labels))
    if name == "blocked_by":
        return " ".join(bead.blockers)
    value = getattr(bead, name)
    return str(value) if isinstance(value, int) else _safe(str(value))


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
