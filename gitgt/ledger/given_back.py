"""Which open beads were given up before; asked once for each state of a ledger."""

from __future__ import annotations

from typing import Final

from gitgt.ledger.snapshot import Snapshot

# A key of the canonical form begins its line; in a text of several lines there is an indent.
_QUESTION: Final = """
select id from doc join body using (id)
where kind = 'bead' and status = 'open' and instr(content, cast(? as blob)) > 0
order by id
"""
_KEY: Final = b"\nfailures: "


def given_back(now: Snapshot) -> list[str]:
    """Return the beads that are open, and were given up since a person let them be tried."""
    with now.index.at(now.commit) as db:
        return [row[0] for row in db.execute(_QUESTION, (_KEY,))]
