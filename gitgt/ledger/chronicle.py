"""Which commits changed which bead, kept in sqlite: the life of one is found without a walk.

A cache like the index, and as easily lost: git is asked only for the commits since the last
question. A merge counts for a bead if what it says is what none of its parents said.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

from gitgt.git.command import attempt, git
from gitgt.git.repository import Repository
from gitgt.ledger import layout

_VERSION: Final = "1"
_NOTHING: Final = "0" * 40
_TABLES: Final = """
create table if not exists meta (key text primary key, value text) without rowid;
create table if not exists moment (seq integer primary key, hash text not null, at integer);
create table if not exists step (
    id text not null, seq integer not null, before text not null, after text not null,
    primary key (id, seq)
) without rowid;
"""
_STEPS: Final = """
select hash, at, before, after from step join moment using (seq) where id = ? order by seq
"""
_TOUCHED: Final = """
select id, at from (select id, max(seq) as seq from step group by id) join moment using (seq)
"""


class Step(NamedTuple):
    """A commit that changed a bead; blobs before (one for each parent) and after, or ''."""

    commit: str
    at: int
    before: tuple[str, ...]
    after: str


class Chronicle:
    """What happened to each bead of one ledger, as a list of commits."""

    def __init__(self, repository: Repository, *, kept: bool = True) -> None:
        self._repository = repository
        self._path = repository.gt / "chronicle.sqlite"
        self._kept = kept

    def steps(self, head: str, bead: str) -> list[Step]:
        """Return the commits up to *head* that changed *bead*, the oldest first."""
        rows = self._ask(head, _STEPS, bead)
        return [Step(commit, at, tuple(old.split()), new) for commit, at, old, new in rows]

    def touched(self, head: str) -> dict[str, int]:
        """Return when each document was changed last, in seconds since the epoch."""
        return dict(self._ask(head, _TOUCHED))

    def _ask(self, head: str, question: str, *values: str) -> list[Any]:
        if not self._kept:
            return self._asked(":memory:", head, question, values)
        try:
            return self._asked(str(self._path), head, question, values)
        except (sqlite3.DatabaseError, OSError):
            # Torn, foreign, or on a full disk: what it holds git holds too.
            with suppress(OSError):
                self._path.unlink(missing_ok=True)
            return self._asked(":memory:", head, question, values)

    def _asked(
        self, path: str, head: str, question: str, values: tuple[str, ...]
    ) -> list[Any]:  # fmt: skip
        if path != ":memory:":
            self._path.parent.mkdir(exist_ok=True)
        db = sqlite3.connect(path, timeout=60, isolation_level=None)
        try:
            db.execute("pragma journal_mode = wal")
            db.execute("pragma synchronous = off")
            db.executescript(_TABLES)
            self._bring(db, head)
            return db.execute(question, values).fetchall()
        finally:
            db.close()

    def _bring(self, db: sqlite3.Connection, head: str) -> None:
        if _tip(db) == head:
            return
        db.execute("begin immediate")
        try:
            self._update(db, head)
        except BaseException:
            db.rollback()
            raise
        db.commit()

    def _update(self, db: sqlite3.Connection, head: str) -> None:
        tip, common = _tip(db), self._repository.common
        if tip and not attempt("merge-base", "--is-ancestor", tip, head, cwd=common).ok:
            tip = None  # another history than the one that was read
        if tip is None:
            for table in ("meta", "moment", "step"):
                db.execute(f"delete from {table}")  # noqa: S608 - names of ours
        number = db.execute("select coalesce(max(seq), 0) from moment").fetchone()[0]
        for seq, (commit, at, changed) in enumerate(_told(common, tip, head), number + 1):
            rows = [(bead, seq, " ".join(old), new) for bead, old, new in changed]
            if rows:
                db.execute("insert into moment values (?, ?, ?)", (seq, commit, at))
                db.executemany("insert or replace into step values (?, ?, ?, ?)", rows)
        meta = [("tip", head), ("version", _VERSION)]
        db.executemany("insert or replace into meta values (?, ?)", meta)


def _tip(db: sqlite3.Connection) -> str | None:
    found = dict(db.execute("select key, value from meta"))
    return found.get("tip") if found.get("version") == _VERSION else None


Changed = tuple[str, tuple[str, ...], str]


def _told(
    common: Path, tip: str | None, head: str
) -> Iterator[tuple[str, int, list[Changed]]]:  # fmt: skip
    """Yield the commits from *tip* to *head*, the oldest first, with what each changed."""
    span = [head] if tip is None else [head, f"^{tip}"]
    how = ("--topo-order", "--reverse", "-m", "--raw", "--no-abbrev", "--no-renames", "-z")
    answer = git(
        "log", *how, "--format=%H %ct %P", *span, "--", layout.ROOT, cwd=common
    )  # fmt: skip
    parts = iter(answer.decode(errors="replace").split("\0"))
    said, found = "", dict[str, list[tuple[str, str]]]()
    for each in parts:
        part = each.strip("\n")
        if part.startswith(":"):
            _, _, old, new, _ = part.split(" ")
            found.setdefault(next(parts), []).append((_blob(old), _blob(new)))
        elif part and part != said:
            if said:
                yield _moment(said, found)
            said, found = part, {}
    if said:
        yield _moment(said, found)


def _blob(name: str) -> str:
    return "" if name.startswith(_NOTHING) else name


def _moment(
    said: str, found: dict[str, list[tuple[str, str]]]
) -> tuple[str, int, list[Changed]]:  # fmt: skip
    commit, at, *parents = said.split(" ")
    return commit, int(at), list(_changed(found.items(), max(len(parents), 1)))


def _changed(
    found: Iterable[tuple[str, list[tuple[str, str]]]], parents: int
) -> Iterator[Changed]:
    """Yield what differs from all parents: id, blobs before, blob after."""
    for path, seen in found:
        bead = layout.id_of(path)
        if bead is not None and len(seen) == parents:
            yield bead, tuple(old for old, _ in seen if old), seen[0][1]
