"""Lists of beads over one or several ledgers: filtered, sorted, as a tree, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from gitgt.ledger.selection import Filter, Found, dated, select
from gitgt.model.instant import text_of
from gitgt.values import dataclass

if TYPE_CHECKING:
    from gitgt.ledger.transact import Ledger
    from gitgt.services.town import Rig, Town

SORTS: Final = (
    "priority", "created", "updated", "closed", "due", "title", "status", "type", "assignee",
    "id",
)  # fmt: skip
_FROM_THE_FILE: Final = ("closed", "due")
_TIMES: Final = {
    "created": "created_at",
    "updated": "updated_at",
    "closed": "closed_at",
    "due": "due_at",
}
# What has none of it comes last.
_LAST: Final = "\uffff"


@dataclass(frozen=True, slots=True)
class Order:
    """How a list is shown: what comes first, how many, and with all that its files know."""

    sort: str = "priority"
    reverse: bool = False
    limit: int | None = None
    whole: bool = False

    @property
    def first(self) -> int | None:
        """How many of a ledger are enough, if the index puts them in the right order."""
        return self.limit if self.sort == "priority" and not self.reverse else None


def beads(
    town: Town, rigs: Iterable[Rig | None], wanted: Filter, how: Order | None = None
) -> list[Found]:  # fmt: skip
    """Return the wanted beads, the most urgent first unless *how* says otherwise.

    What cannot be read is there too, last, where nothing but the status is asked for: to leave
    it out would hide it.
    """
    how = how or Order()
    whole = how.whole or how.sort in _FROM_THE_FILE
    found: list[Found] = []
    spoiled: list[Found] = []
    for rig in rigs:
        ledger = town.ledger_at(rig)
        now = ledger.snapshot()
        know = touched(ledger)
        rows = select(now, wanted, touched=know, whole=whole, limit=how.first)
        found += dated(rows, know()) if how.sort == "updated" else rows
        if wanted.is_plain:
            spoiled += [Found(*row) for row in now.rows(kind="")]
    found.sort(key=lambda row: row.priority)
    if how.sort != "priority":
        found.sort(key=_key(how.sort))
    return [*(reversed(found) if how.reverse else found), *spoiled][: how.limit or None]


def touched(ledger: Ledger) -> Callable[[], Mapping[str, str]]:
    """Return what tells when each document of a ledger was changed last."""

    def ask() -> Mapping[str, str]:
        known = ledger.chronicle.touched(ledger.head())
        return {bead: text_of(at) for bead, at in known.items()}

    return ask


def _key(sort: str) -> Callable[[Found], Any]:
    if sort == "title":
        return lambda row: row.title.casefold()
    name = _TIMES.get(sort, sort)
    if sort == "priority":
        return lambda row: row.priority
    return lambda row: getattr(row, name) or _LAST


def stale(town: Town, rigs: Iterable[Rig | None], before: str, wanted: Filter) -> list[Found]:
    """Return the live beads that nobody changed after *before*, the longest untouched first."""
    rows = beads(town, rigs, wanted, Order(sort="updated"))
    return [row for row in rows if row.updated_at and row.updated_at <= before]


def tree(rows: Sequence[Found]) -> Iterator[tuple[int, Found]]:
    """Yield each bead under its parent, if that is listed, with its depth."""
    known = {row.id for row in rows}
    below: dict[str, list[Found]] = {}
    for row in rows:
        below.setdefault(row.parent if row.parent in known else "", []).append(row)
    seen: set[str] = set()
    for top in [*below.get("", []), *rows]:  # a circle of parents has no top: any will do
        yield from _branch(top, 0, below, seen)


def _branch(
    row: Found, depth: int, below: Mapping[str, list[Found]], seen: set[str]
) -> Iterator[tuple[int, Found]]:  # fmt: skip
    if row.id in seen:
        return
    seen.add(row.id)
    yield depth, row
    for each in below.get(row.id, []):
        yield from _branch(each, depth + 1, below, seen)


# --- counting


def counts(
    town: Town, rigs: Iterable[Rig | None], wanted: Filter, by: str
) -> dict[str, int]:  # fmt: skip
    """Return how many of the wanted beads there are of each status, type and so on."""
    places = list(rigs)
    rows = [row for row in beads(town, places, wanted) if not row.error]
    if by != "label":
        tally = Counter(str(getattr(row, by)) for row in rows)
        return dict(sorted(tally.items()))
    tagged = labels_of(town, places)
    tally = Counter(label for row in rows for label in tagged.get(row.id, ("",)))
    return dict(sorted(tally.items()))


def labels_of(town: Town, rigs: Iterable[Rig | None]) -> dict[str, list[str]]:
    """Return the labels of each bead that has any."""
    found: dict[str, list[str]] = {}
    for rig in rigs:
        now = town.ledger_at(rig).snapshot()
        with now.index.at(now.commit) as db:
            for bead, label in db.execute("select id, label from label order by label"):
                found.setdefault(bead, []).append(label)
    return found


def labels_in_use(town: Town, rigs: Iterable[Rig | None]) -> list[tuple[str, int]]:
    """Return each label with how many beads have it."""
    tagged = labels_of(town, rigs)
    return sorted(Counter(label for labels in tagged.values() for label in labels).items())
