"""Whether the index says what the ledger says: it is made anew beside it, and compared."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from gitgt.git.repository import Repository
from gitgt.ledger.index import Index
from gitgt.services.fsck.finding import Finding

_SCRATCH = "fsck"


def differing(index: Index, repository: Repository, commit: str) -> Iterator[Finding]:
    """Yield a finding if the index is not what it would be if it were made anew."""
    fresh = Index(repository, _SCRATCH)
    try:
        with index.at(commit) as one, fresh.at(commit) as two:
            odd = [name for name in _tables(two) if _rows(one, name) != _rows(two, name)]
    finally:
        fresh.close()
        for path in repository.gt.glob(f"{_SCRATCH}.sqlite*"):
            path.unlink(missing_ok=True)
    if odd:
        what = f"says something else than the ledger ({', '.join(odd)})"
        yield Finding("index", str(repository.gt / "index.sqlite"), what, mends=True)


def drop(index: Index, repository: Repository) -> None:
    """Delete the index: the next question makes it anew."""
    index.close()
    for path in repository.gt.glob("index.sqlite*"):
        path.unlink(missing_ok=True)


def _tables(db: sqlite3.Connection) -> list[str]:
    question = "select name from sqlite_master where type = 'table' and name != 'meta'"
    return sorted(name for (name,) in db.execute(question) if not name.startswith("sqlite_"))


def _rows(db: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
    known = {name for (name,) in db.execute("select name from sqlite_master")}
    if table not in known:
        return []
    return sorted(db.execute(f"select * from {table}"), key=repr)  # noqa: S608 - sqlite's own word
