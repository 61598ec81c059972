# ruff: noqa: S608 - what is put together are names of columns, all of them ours
"""The questions that are asked of the index most: alone, so that asking them imports little."""

from __future__ import annotations

TYPE_CHECKING = False  # as in typing, which takes longer to import than a quick answer
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Final

VERSION: Final = 7  # of the tables

COLUMNS: Final = "id, type, status, priority, assignee, title, error"
META: Final = "select key, value from meta"

# An open bead is ready when nothing holds it; what is in another ledger, see ``abroad``.
_NO_WORK: Final = "'epic', 'molecule', 'formula-gate'"
_READY: Final = f"""
kind = 'bead' and status = 'open' and error = '' and waits = 0 and type not in ({_NO_WORK})
"""
# Has all that the question reads, in its order: it is asked all the time.
READY_INDEX: Final = f"""
create index doc_ready on doc (
    priority, created_at, id, type, status, assignee, title, error, until
) where {_READY}
"""
# What a list shows if nothing is asked for, in its order; and what cannot be read.
LIVE_INDEX: Final = """
create index doc_live on doc (
    priority, created_at, id, type, status, assignee, title, error
) where kind = 'bead' and ended = 0
"""
LIVE: Final = f"""
select {COLUMNS} from doc indexed by doc_live where kind = 'bead' and ended = 0
order by priority, created_at, id limit :limit
"""
SPOILED: Final = f"select {COLUMNS} from doc where kind = '' order by created_at, id"
UNREAD: Final = """
select id, priority from doc where assignee = ? and kind = 'message' and status = 'unread'
"""
NAMED: Final = "select id from doc where id >= ? and id < ? order by id limit 2"
SHOWN: Final = "select content, kind, error from doc join body using (id) where id = ?"
_RECENT: Final = "created_at >= :recent"
ORDERS: Final = {
    "priority": "priority, created_at, id",
    "oldest": "created_at, id",
    "hybrid": f"{_RECENT} desc, case when {_RECENT} then priority end, created_at, id",
}
# A day and another: what is younger goes by urgency, what is older by age.
HYBRID_HOURS: Final = 48


def ready(wish: Mapping[str, Any], *, limit: int) -> tuple[str, dict[str, Any]]:
    """Return the question for what is ready, and its values; -1 is no limit.

    A *wish* may name a type, an assignee, labels and an order. Each row ends with what it is
    to be sorted by among those of other ledgers.
    """
    order = ORDERS[wish.get("sort") or "priority"]
    rows = f"select {COLUMNS}, priority, created_at from doc indexed by doc_ready"
    clauses = [_READY, "until <= :now"]
    values: dict[str, Any] = {"limit": limit}
    for name in ("type", "assignee"):
        if wish.get(name):
            clauses.append(f"{name} = :{name}")
            values[name] = wish[name]
    for number, label in enumerate(wish.get("labels", ())):
        clauses.append(f"id in (select id from label where label = :label{number})")
        values[f"label{number}"] = label
    return f"{rows} where {' and '.join(clauses)} order by {order} limit :limit", values


def sort_key(row: Any, sort: str, recent: str) -> tuple[Any, ...]:  # noqa: ANN401 - a row
    """Return what orders the rows of ``ready`` from several ledgers, as the question does."""
    *columns, priority, created_at = row
    name = columns[0]
    if sort == "oldest":
        return (created_at, name)
    if sort == "hybrid":
        young = created_at >= recent
        return (not young, priority if young else 0, created_at, name)
    return (priority, created_at, name)
