"""Which schema the JSON of a command keeps: a file of that name in ``schemas/output``.

Programs rely on these shapes. Fields may be added; none goes, and none changes its meaning,
without a new major version.
"""

from __future__ import annotations

from typing import Final

OUTPUTS: Final = {
    "create": "documents",
    "show": "documents",
    "list": "rows",
    "children": "rows",
    "ready": "rows",
    "ready --explain": "readiness",
    "ready --claim": "documents",
    "blocked": "blocked",
    "search": "hits",
    "count": "count",
    "stats": "stats",
    "stale": "stale",
    "duplicates": "duplicates",
    "lint": "lint",
    "update": "documents",
    "edit": "documents",
    "close": "closed",
    "reopen": "documents",
    "release": "documents",
    "defer": "documents",
    "undefer": "documents",
    "pin": "documents",
    "unpin": "documents",
    "delete": "documents",
    "label add": "documents",
    "label remove": "documents",
    "label list": "labels",
    "comment add": "documents",
    "comment list": "comments",
    "dep add": "documents",
    "dep remove": "documents",
    "dep list": "edges",
    "dep tree": "branches",
    "dep cycles": "cycles",
    "dep waves": "waves",
    "graph": "graph",
    "epic status": "epics",
    "history": "history",
    "blame": "blame",
    "diff": "diff",
}
# What other commands than those of bd answer.
OTHERS: Final = {"sync": "synced"}
