"""What has parts, and how many of them are done."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from gitgt.ledger.index import Row
from gitgt.ledger.questions import COLUMNS
from gitgt.services import reading
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_COUNTS: Final = (
    "select child.parent, sum(doc.status != 'tombstone'), "
    "sum(doc.ended and doc.status != 'tombstone') "
    "from child cross join doc using (id) group by child.parent"
)
_EPICS: Final = f"""
select {COLUMNS} from doc where kind = 'bead' and ended = 0 and error = ''
  and (type in ('epic', 'molecule') or id in (select value from json_each(?)))
order by priority, created_at, id
"""  # noqa: S608 - our own columns
_PARTS: Final = f"""
select {COLUMNS} from doc where id in (select id from child where parent = ?)
  and status != 'tombstone' order by created_at, id
"""  # noqa: S608 - our own columns


@dataclass(frozen=True, slots=True)
class Progress:
    """A bead with parts: how many there are, and how many are closed."""

    row: Row
    closed: int
    total: int
    parts: tuple[Row, ...] = ()

    @property
    def is_done(self) -> bool:
        """Tell whether there are parts and all are closed: then it may be closed itself."""
        return 0 < self.total == self.closed

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        row = self.row
        return {
            "id": row.id, "type": row.type, "title": row.title, "status": row.status,
            "closed": self.closed, "total": self.total, "ready_to_close": self.is_done,
        }  # fmt: skip


def progress(town: Town, rigs: Iterable[Rig | None]) -> list[Progress]:
    """Return the open beads with parts, wherever the parts are."""
    counts: dict[str, tuple[int, int]] = {}
    epics: list[Row] = []
    for rig in [None, *town.rigs_here().values()]:
        with reading.opened(town, rig) as (db, _):
            for parent, total, closed in db.execute(_COUNTS):
                known = counts.get(parent, (0, 0))
                counts[parent] = (known[0] + closed, known[1] + total)
    wholes = json.dumps(list(counts))
    for rig in rigs:
        with reading.opened(town, rig) as (db, _):
            epics += [Row._make(row) for row in db.execute(_EPICS, (wholes,))]
    return [Progress(row, *counts.get(row.id, (0, 0))) for row in epics]


def one(town: Town, bead: str) -> Progress:
    """Return how far *bead* is, with its parts."""
    parts: list[Row] = []
    for rig in [None, *town.rigs_here().values()]:
        with reading.opened(town, rig) as (db, _):
            parts += [Row._make(row) for row in db.execute(_PARTS, (bead,))]
    now = town.ledger_of(bead).snapshot()
    (row,) = now.rows(id=bead)
    closed = sum(each.status == "closed" for each in parts)
    return Progress(row, closed, len(parts), tuple(parts))
