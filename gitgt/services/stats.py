"""How a ledger stands, in numbers: all of them counted when asked, none of them kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import mean, median
from typing import TYPE_CHECKING, Any, Final

from gitgt.ledger.selection import ENDED, Filter, Found
from gitgt.model.instant import seconds_of, text_of
from gitgt.services import reading, select

if TYPE_CHECKING:
    from gitgt.services.town import Rig, Town

_WEEK: Final = 7 * 86400
_HOUR: Final = 3600
_NO_WORK: Final = ("epic", "molecule", "formula-gate")  # they have parts that are
_BY: Final = ("status", "type", "priority")


def stats(town: Town, rigs: Iterable[Rig | None]) -> dict[str, Any]:
    """Return the numbers of the given ledgers, in the order in which they are shown."""
    places = list(rigs)
    how = select.Order(whole=True)
    found = select.beads(town, places, Filter(ended=True, tombstones=True), how)
    rows = [row for row in found if not row.error]
    now = town.clock()
    ready = {row.id for row in reading.ready(town, places)}
    week = text_of(now - _WEEK)
    return {
        "total": len([row for row in rows if row.status != "tombstone"]),
        "ready": len(ready),
        "waiting": len([row for row in rows if _is_work(row) and row.id not in ready]),
        "overdue": len([row for row in rows if _is_late(row, text_of(now))]),
        **{f"by_{name}": _tally(rows, name) for name in _BY},
        "created_last_week": len([row for row in rows if row.created_at >= week]),
        "closed_last_week": len([row for row in rows if row.closed_at >= week]),
        "lead_hours": _lead(rows),
    }


def _is_work(row: Found) -> bool:
    return row.status == "open" and row.type not in _NO_WORK


def _tally(rows: Sequence[Found], name: str) -> dict[str, int]:
    return dict(sorted(Counter(str(getattr(row, name)) for row in rows).items()))


def _is_late(row: Found, now: str) -> bool:
    return bool(row.due_at) and row.due_at < now and row.status not in ENDED


def _lead(rows: Sequence[Found]) -> dict[str, float]:
    """Return how many hours it took from making a bead to closing it."""
    taken = [
        (seconds_of(row.closed_at) - seconds_of(row.created_at)) / _HOUR
        for row in rows
        if row.status == "closed" and row.closed_at
    ]
    return {"mean": round(mean(taken), 1), "median": round(median(taken), 1)} if taken else {}
