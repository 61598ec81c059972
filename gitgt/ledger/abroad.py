# ruff: noqa: S608 - what is put together are names of columns, all of them ours
"""What beads of one ledger that wait for those of another really wait for.

Asked of the index of the other ledger, when the question is asked. What is in no ledger that
we know holds up whoever waits for it. Parts may be in any ledger, so who waits for them is
asked about here too, unless the parts in its own ledger settle it. Imports next to nothing:
the quick answers need it too.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as in typing, which takes longer to import than a quick answer
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable
    from typing import Any, Final

ALL: Final = 'select id, type, target, "when" from abroad order by id, type, target'
ANY: Final = "select 1 from abroad limit 1"
_FACTS: Final = "ended, outcome, landed, error, waits, until"
_PARTS: Final = (
    "select count(*), coalesce(sum(part.ended), 0) "
    "from child cross join doc as part using (id) where child.parent = ?"
)
_BELOW: Final = """
with recursive below(id) as (
    select id from child where parent in (select value from json_each(?))
    union select child.id from child join below on child.parent = below.id
      join doc on doc.id = below.id where doc.ended = 0)
select id from below
"""


class Homes:
    """The indexes of a town's ledgers, each opened when it is asked for."""

    def __init__(
        self,
        opened: Callable[[str], sqlite3.Connection | None],
        prefixes: Callable[[], Iterable[str]],
    ) -> None:
        self._opened = opened
        self._prefixes = prefixes
        self._known: dict[str, sqlite3.Connection | None] = {}
        self._all: list[sqlite3.Connection] | None = None

    def __call__(self, prefix: str) -> sqlite3.Connection | None:
        """Return the index of the ledger with *prefix*, if there is one."""
        if prefix not in self._known:
            self._known[prefix] = self._opened(prefix)
        return self._known[prefix]

    def every(self) -> list[sqlite3.Connection]:
        """Return the indexes of all ledgers that are here."""
        if self._all is None:
            found = map(self, self._prefixes())
            self._all = [each for each in found if each is not None]
        return self._all


def held(
    db: sqlite3.Connection, homes: Homes, now: str, seen: frozenset[str] = frozenset()
) -> set[str]:
    """Return the beads that something in another ledger holds up at *now*."""
    if db.execute(ANY).fetchone() is None:
        return set()
    direct = {
        bead
        for bead, kind, target, when in db.execute(ALL)
        if holds(homes, kind, target, when, now, seen)
    }
    if not direct:
        return direct
    import json

    below = db.execute(_BELOW, (json.dumps(sorted(direct)),))
    return direct | {row[0] for row in below}


def holds(
    homes: Homes,
    kind: str,
    target: str,
    when: str,
    now: str,
    seen: frozenset[str] = frozenset(),
) -> bool:
    """Tell whether *target*, in its own ledger, holds up what hangs on it by *kind*."""
    prefix = target.partition("-")[0]
    home = homes(prefix)
    if home is None:
        return True
    row = home.execute(f"select {_FACTS} from doc where id = ?", (target,)).fetchone()
    if row is None or row[3]:
        return True
    ended, outcome, landed, *_ = row
    match kind:
        case "blocks":
            return not ended
        case "conditional-blocks":
            means = ("success", "no-changes") if when == "success" else (when or "failure",)
            return not (ended and outcome in means)
        case "merge-blocks":
            return not landed
        case "waits-for":
            return _holds_for_parts(homes, target, when)
        case _:
            return _holds_its_parts(homes, home, row, target, now, seen)


def _holds_for_parts(homes: Homes, target: str, when: str) -> bool:
    """Tell whether the parts of *target*, in whatever ledgers, hold up who waits for them."""
    found = [home.execute(_PARTS, (target,)).fetchone() for home in homes.every()]
    count, ended = (sum(column) for column in zip(*found, strict=True))
    return bool(count) and (ended == 0 if when == "any-child" else ended < count)


def _holds_its_parts(
    homes: Homes,
    home: sqlite3.Connection,
    row: tuple[Any, ...],
    target: str,
    now: str,
    seen: frozenset[str],
) -> bool:
    prefix, ended, waits, until = target.partition("-")[0], row[0], row[4], row[5]
    if ended or prefix in seen:
        return False
    return bool(waits) or until > now or target in held(home, homes, now, seen | {prefix})
