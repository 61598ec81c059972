"""Beads as lines: one each, the same columns everywhere."""

from __future__ import annotations

from gitgt.cli import output

TYPE_CHECKING = False  # as in typing, which takes longer to import than a quick answer
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    # id, type, status, priority, assignee, title, error: the columns of the index
    Columns = tuple[str, str, str, int, str, str, str]

_HEAD = ("id", "priority", "status", "type", "assignee", "title")


def answer(rows: Iterable[Columns], *, as_json: bool) -> None:
    """Answer with beads; what cannot be read stands there with its error."""
    if as_json:
        output.answer_json([fields(row) for row in rows])
    else:
        output.table([cells(row) for row in rows], head=_HEAD)


def answer_tree(rows: Iterable[tuple[int, Columns]]) -> None:
    """Answer with beads, each set in by its depth."""
    output.table([_set_in(depth, cells(row)) for depth, row in rows], head=_HEAD)


def _set_in(depth: int, found: tuple[str, ...]) -> tuple[str, ...]:
    return (f"{'  ' * depth}{found[0]}", *found[1:])


def fields(row: Columns) -> dict[str, Any]:
    """Return a row under the names of the document's fields, empty ones left out."""
    bead, kind, status, priority, assignee, title, error = row
    if error:
        return {"id": bead, "error": error}
    found: dict[str, Any] = {
        "id": bead, "type": kind, "title": title, "status": status, "priority": priority,
    }  # fmt: skip
    if assignee:
        found["assignee"] = assignee
    return found


def cells(row: Columns) -> tuple[str, ...]:
    """Return a row as it stands in a table."""
    bead, kind, status, priority, assignee, title, error = row
    if error:
        return (bead, "-", "unreadable", "-", "-", error.partition("\n")[0])
    return (bead, f"P{priority}", status, kind, assignee or "-", title)
