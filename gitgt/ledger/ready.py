"""What is ready in one ledger, and how several make one list. Imports next to nothing."""

from __future__ import annotations

import time

from gitgt.ledger import abroad, questions

TYPE_CHECKING = False  # as in typing, which takes longer to import than a quick answer
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping
    from typing import Any

    from gitgt.ledger.abroad import Homes


def ready_rows(
    db: sqlite3.Connection, homes: Homes, wish: Mapping[str, Any], *, now: str, recent: str
) -> list[tuple[Any, ...]]:
    """Return what is ready at *now* in the ledger whose index is *db*; see ``questions``."""
    held = abroad.held(db, homes, now)
    limit = wish["limit"] if wish["limit"] and not held else -1
    question, values = questions.ready(wish, limit=limit)
    rows = db.execute(question, {**values, "now": now, "recent": recent}).fetchall()
    return [row for row in rows if row[0] not in held] if held else rows


def in_order(
    rows: Iterable[tuple[Any, ...]], wish: Mapping[str, Any], recent: str
) -> list[tuple[Any, ...]]:
    """Return the rows of several ledgers in the order wished, cut to the limit."""
    found = sorted(rows, key=lambda row: questions.sort_key(row, wish["sort"], recent))
    return [row[:-2] for row in found[: wish["limit"] or None]]


def recently(clock: float) -> str:
    """Return since when something is young, for the order called hybrid."""
    since = time.gmtime(clock - 3600 * questions.HYBRID_HOURS)
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", since)
