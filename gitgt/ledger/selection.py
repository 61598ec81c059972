# ruff: noqa: S608 - what is put together are names of columns, all of them ours
"""Which beads a list is about: asked of the index, and of the files where it does not know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from gitgt.ledger import skim
from gitgt.ledger.questions import COLUMNS
from gitgt.values import dataclass

if TYPE_CHECKING:
    from gitgt.ledger.snapshot import Snapshot

ENDED: Final = ("closed", "tombstone")
_ORDER: Final = "order by priority, created_at, id"
_FROM_THE_FILE: Final = ("parent", "due_at", "closed_at")


class Found(NamedTuple):
    """A bead of a list: the columns of the index, and what lists are sorted by."""

    id: str
    type: str
    status: str
    priority: int
    assignee: str
    title: str
    error: str
    created_at: str = ""
    parent: str = ""
    due_at: str = ""
    closed_at: str = ""
    updated_at: str = ""

    @property
    def columns(self) -> tuple[str, str, str, int, str, str, str]:
        """What every list shows."""
        return self[:7]


@dataclass(frozen=True, slots=True)
class Span:
    """From one time on, and up to another; '' leaves an end open."""

    after: str = ""
    before: str = ""

    def __bool__(self) -> bool:
        return bool(self.after or self.before)

    def holds(self, at: str) -> bool:
        """Tell whether *at* is a time within."""
        return bool(at) and self.after <= at and (not self.before or at < self.before)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which beads are wanted; what is empty excludes none.

    ``labels`` must all be there, of ``any_label`` one. ``overdue`` is the time at which a
    bead that is due before it is late.
    """

    status: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    priorities: tuple[int, ...] = ()
    assignee: str = ""
    unassigned: bool = False
    labels: tuple[str, ...] = ()
    any_label: tuple[str, ...] = ()
    parent: str = ""
    title: str = ""
    created: Span = Span()
    updated: Span = Span()
    closed: Span = Span()
    overdue: str = ""
    ended: bool = False
    tombstones: bool = False

    @property
    def is_plain(self) -> bool:
        """Tell whether nothing is asked that something unreadable could not answer."""
        return self == Filter(status=self.status, ended=self.ended, tombstones=self.tombstones)


def select(
    now: Snapshot,
    wanted: Filter,
    *,
    touched: Callable[[], Mapping[str, str]],
    whole: bool = False,
    limit: int | None = None,
) -> list[Found]:
    """Return the beads that are *wanted*, the most urgent first, and of those the oldest.

    What is in the file alone is filled in if it is asked for, or with *whole*; when each was
    changed last, which *touched* knows, only where it is asked for. At most *limit*, if that
    is cheap: there may be more.
    """
    from_file = whole or bool(wanted.closed or wanted.overdue)
    picked = from_file or wanted.title or wanted.updated
    clauses, values = _conditions(wanted)
    where = " and ".join(("kind = 'bead'", *clauses))
    columns = f"{COLUMNS}, created_at" + (", content" if from_file else "")
    source = "doc join body using (id)" if from_file else "doc"
    question = f"select {columns} from {source} where {where} {_ORDER}"
    if limit and not picked:
        question += f" limit {limit}"
    with now.index.at(now.commit) as db:
        rows = [_found(row) for row in db.execute(question, values)]
    rows = [row for row in rows if _fits(row, wanted)]
    if wanted.updated:
        rows = [row for row in dated(rows, touched()) if wanted.updated.holds(row.updated_at)]
    return rows


def dated(rows: Iterable[Found], touched: Mapping[str, str]) -> list[Found]:
    """Return *rows* with the time of the last change filled in."""
    return [row._replace(updated_at=touched.get(row.id, "")) for row in rows]


def _found(row: tuple[Any, ...]) -> Found:
    values, content = row[:8], row[8] if len(row) > 8 else b""
    if not content:
        return Found(*values)
    return Found(*values, *(skim.field(content, name) for name in _FROM_THE_FILE))


def _fits(row: Found, wanted: Filter) -> bool:
    if wanted.title and wanted.title.casefold() not in row.title.casefold():
        return False
    if wanted.closed and not wanted.closed.holds(row.closed_at):
        return False
    late = not wanted.overdue or (row.due_at and row.due_at < wanted.overdue)
    return bool(late) and not (wanted.overdue and row.status in ENDED)


def _conditions(wanted: Filter) -> tuple[list[str], list[str | int]]:
    """Return what the index is asked: clauses, and the values that stand for ``?`` in them."""
    assignee = [wanted.assignee] if wanted.assignee else [""] * wanted.unassigned
    asked = [
        _among("status in", wanted.status),
        _among("type in", wanted.types),
        _among("priority in", wanted.priorities),
        _among("assignee in", assignee),
        _among(_PART, [wanted.parent] if wanted.parent else ()),
        *(_among(_LABELED, [each]) for each in wanted.labels),
        _among(_LABELED, wanted.any_label),
        *_within("created_at", wanted.created),
        _among("status not in", _hidden(wanted)),
    ]
    clauses = [clause for clause, values in asked if values]
    return clauses, [value for _, values in asked for value in values]


_PART: Final = "id in (select id from child where parent in %)"
_LABELED: Final = "id in (select id from label where label in %)"


def _among(what: str, options: Iterable[str | int]) -> tuple[str, list[str | int]]:
    values = list(options)
    marks = f"({', '.join('?' * len(values))})"
    return (what.replace("%", marks) if "%" in what else f"{what} {marks}"), values


def _within(column: str, span: Span) -> Iterator[tuple[str, list[str | int]]]:
    for sign, at in ((">=", span.after), ("<", span.before)):
        if at:
            yield f"{column} {sign} ?", [at]


def _hidden(wanted: Filter) -> Iterator[str]:
    if wanted.status:
        return
    if not (wanted.ended or wanted.closed):
        yield "closed"
    if not wanted.tombstones:
        yield "tombstone"
