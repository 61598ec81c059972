"""Which open beads were given up before; asked once for each state of a ledger."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from gitgt.ledger.snapshot import Snapshot

if TYPE_CHECKING:
    from gitgt.ledger.index import Index

# A key of the canonical form begins its line; in a text of several lines there is an indent.
_QUESTION: Final = """
select id from doc join body using (id)
where kind = 'bead' and status = 'open' and instr(content, cast(? as blob)) > 0
order by id
"""
_KEY: Final = b"\nfailures: "


def given_back(now: Snapshot) -> tuple[str, ...]:
    """Return the beads that are open, and were given up since a person let them be tried."""
    return _asked(now.index, now.commit)


@lru_cache(maxsize=64)  # the deacon asks at each look, and mostly nothing has changed
def _asked(index: Index, commit: str) -> tuple[str, ...]:
    with index.at(commit) as db:
        return tuple(row[0] for row in db.execute(_QUESTION, (_KEY,)))
