# ruff: noqa: S608 - what is put together are names of tables and columns, all of them ours
"""What the ledger says, kept in sqlite for quick questions.

A cache and nothing else: it is right if its tip is the commit that was asked about, and is
brought there by the difference of two trees. Delete it, and the next question rebuilds it.
The questions of every day need no libgit2.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, Self

from gitgt.errors import GitFailedError, InvalidDocumentError, NotFoundError
from gitgt.git.command import git
from gitgt.git.repository import Repository
from gitgt.ledger import layout, readiness
from gitgt.ledger.codec import MAX_BYTES
from gitgt.ledger.questions import COLUMNS, LIVE_INDEX, READY_INDEX, VERSION
from gitgt.model.graph import PARENT

if TYPE_CHECKING:
    from gitgt.model.documents import Document

_OF_A_DOCUMENT: Final = ("doc", "body", "dep", "label", "child", "abroad")
_FILLED: Final = (
    "id, path, blob, kind, type, status, priority, assignee, title, target, source, "
    "created_at, defer_until, error, ended, outcome, landed"
)
_FILE: Final = ("100", "120")  # files and links; a submodule is nothing that could be read
_OF_THE_DISK: Final = frozenset(
    {
        sqlite3.SQLITE_PERM, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    }
)  # fmt: skip
_STEP: Final = 500  # beads between two words of progress
_EMPTY_TREE: Final = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
_TABLES: Final = """
create table meta (key text primary key, value text) without rowid;
create table doc (
    id text primary key, path text not null, blob text not null, kind text not null,
    type text not null, status text not null, priority integer not null,
    assignee text not null, title text not null, target text not null,
    source text not null, created_at text not null, defer_until text not null,
    error text not null, ended integer not null, outcome text not null,
    landed integer not null, held integer not null default 0,
    waits integer not null default 0, until text not null default ''
) without rowid;
create table body (id text primary key, content blob not null);
create table dep (
    id text not null, type text not null, target text not null, "when" text not null,
    primary key (id, type, target, "when")
) without rowid;
create table abroad (
    id text not null, type text not null, target text not null, "when" text not null,
    primary key (id, type, target, "when")
) without rowid;
create table child (
    parent text not null, id text not null, primary key (parent, id)
) without rowid;
create table label (
    label text not null, id text not null, primary key (label, id)
) without rowid;
create index label_id on label (id);
create index doc_path on doc (path);
create index doc_kind on doc (kind, status);
create index doc_assignee on doc (assignee, kind, status) where assignee != '';
create index dep_target on dep (target, type);
create index child_id on child (id);
"""


class Row(NamedTuple):
    """What a list needs of a document: the columns of ``questions.COLUMNS``."""

    id: str
    type: str
    status: str
    priority: int
    assignee: str
    title: str
    error: str


class Steps(Protocol):
    """Somebody who is told how far something has come."""

    def step(self, text: str) -> None:
        """Hear what is being done now."""


Watch = Callable[[str], AbstractContextManager[Steps]]
_WATCHES: Final[list[Watch]] = []


def shown_by(watch: Watch) -> None:
    """Let *watch* show a person how far it is, wherever an index is made from scratch."""
    _WATCHES[:] = [watch]


class Index:
    """The index of one ledger of a repository."""

    def __init__(self, repository: Repository, name: str = "index") -> None:
        self._repository = repository
        self._path: Path | None = repository.gt / f"{name}.sqlite"
        self._like: Path | None = None
        self._db: sqlite3.Connection | None = None

    @classmethod
    def apart(cls, repository: Repository) -> Self:
        """Return an index in memory, for what is asked once, of whatever commit.

        It begins as a copy of the one that is kept, which stays as it is.
        """
        made = cls(repository)
        made._path, made._like = None, made._path
        return made

    def close(self) -> None:
        """Let go of the file."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def find(self, commit: str, **where: str | Iterable[str]) -> list[Row]:
        """Return the documents whose columns have the given values, in creation order."""
        clauses, values = _conditions(where)
        question = f"select {COLUMNS} from doc {clauses} order by created_at, id"
        with self.at(commit) as db:
            return [Row._make(row) for row in db.execute(question, values)]

    def dependents(self, commit: str, target: str) -> list[tuple[str, str]]:
        """Return type and id of the documents that depend on *target*."""
        question = "select type, id from dep where target = ? order by type, id"
        with self.at(commit) as db:
            return list(db.execute(question, (target,)))

    def parts(self, commit: str, whole: str) -> list[str]:
        """Return the documents that are parts of *whole*."""
        with self.at(commit) as db:
            question = "select id from child where parent = ? order by id"
            return [row[0] for row in db.execute(question, (whole,))]

    def labeled(self, commit: str, label: str) -> list[str]:
        """Return the documents that carry *label*."""
        with self.at(commit) as db:
            return [
                row[0] for row in db.execute("select id from label where label = ?", (label,))
            ]

    def sources(self, commit: str, statuses: Iterable[str]) -> list[str]:
        """Return the beads whose merge request has one of *statuses*."""
        clauses, values = _conditions({"kind": "merge-request", "status": statuses})
        with self.at(commit) as db:
            return [row[0] for row in db.execute(f"select source from doc {clauses}", values)]

    def content(self, commit: str, bead: str) -> tuple[str, bytes, str] | None:
        """Return path, content and error of a document; None if there is none."""
        question = "select path, content, error from doc join body using (id) where id = ?"
        with self.at(commit) as db:
            row = db.execute(question, (bead,)).fetchone()
            return None if row is None else (row[0], row[1], row[2])

    def starting_with(self, commit: str, text: str) -> list[str]:
        """Return some of the ids that start with *text*; children only if nothing else does."""
        begun = "select id from doc where id >= :text and id < :end {} order by id limit 20"
        whole = begun.format("and instr(substr(id, :size), '.') = 0")
        values = {"text": text, "end": f"{text}\uffff", "size": len(text) + 1}
        with self.at(commit) as db:
            found = db.execute(whole, values).fetchall()
            found = found or db.execute(begun.format(""), values).fetchall()
            return [row[0] for row in found]

    @contextmanager
    def at(self, commit: str) -> Iterator[sqlite3.Connection]:
        """Open the index as of *commit*: whatever is asked inside is consistent."""
        db = self._at(commit)
        try:
            yield db
        finally:
            db.rollback()

    def _at(self, commit: str) -> sqlite3.Connection:
        try:
            return self._opened(commit)
        except (sqlite3.DatabaseError, OSError) as error:
            if not _is_the_disk(error):
                # A torn or foreign file: it holds nothing that git does not, so start afresh.
                self._discard()
                return self._opened(commit)
        # A disk that is full or read-only, or folders of another's: git can still be read.
        self.close()
        self._path = None
        return self._opened(commit)

    def _opened(self, commit: str) -> sqlite3.Connection:
        db = self._open()
        self._bring(db, commit)
        return db

    def _open(self) -> sqlite3.Connection:
        if self._db is not None:
            return self._db
        if self._path is not None:
            self._path.parent.mkdir(exist_ok=True)
        db = sqlite3.connect(self._path or ":memory:", timeout=60, isolation_level=None)
        db.execute("pragma journal_mode = wal")
        db.execute("pragma synchronous = off")
        db.execute("pragma cache_size = -65536")  # KiB: what a hundred thousand beads take
        self._db = db
        if self._like is not None:
            _copy(self._like, db)
        _make_tables(db)
        return db

    def _discard(self) -> None:
        self.close()
        for suffix in ("", "-wal", "-shm") if self._path else ():
            Path(f"{self._path}{suffix}").unlink(missing_ok=True)

    def _bring(self, db: sqlite3.Connection, commit: str) -> None:
        db.execute("begin")
        if self._tip(db) == commit:
            return
        db.rollback()
        db.execute("begin immediate")
        tip = self._tip(db)
        if tip != commit:
            try:
                self._update(db, tip, commit)
            except BaseException:
                db.rollback()
                raise
            db.commit()
            db.execute("begin")
            if self._tip(db) != commit:  # another process took it elsewhere in between
                db.rollback()
                self._bring(db, commit)
        # else: keep the transaction that we are in

    def _tip(self, db: sqlite3.Connection) -> str | None:
        found = dict(db.execute("select key, value from meta"))
        return found.get("tip") if found.get("version") == str(VERSION) else None

    def _update(self, db: sqlite3.Connection, tip: str | None, commit: str) -> None:
        try:
            changed, contents = self._read(tip, commit)
        except (GitFailedError, NotFoundError):
            if tip is None:
                raise
            self._update(db, None, commit)  # what it was made of is gone: begin again
            return
        if tip is None:
            for table in (*_OF_A_DOCUMENT, "meta"):
                db.execute(f"delete from {table}")
        with ExitStack() as stack:
            anew = tip is None
            steps = [
                stack.enter_context(each("reading the ledger")) for each in _WATCHES if anew
            ]
            _write(db, changed, contents, anew=anew, steps=steps)
        db.executemany(
            "insert or replace into meta values (?, ?)",
            [("tip", commit), ("version", str(VERSION))],
        )

    def _read(
        self, tip: str | None, commit: str
    ) -> tuple[list[tuple[str, str | None]], dict[str, bytes]]:
        """Return what changed between two commits, and the contents of what is new.

        Through git where it is much: importing libgit2 would cost more than the two processes.
        """
        repository = self._repository
        found = None if tip is None else repository.near_differences(tip, commit)
        if found is not None:
            changed = [(each.path, each.new) for each in found if _is_ours(each.path)]
            return changed, {blob: repository.blob(blob) for _, blob in changed if blob}
        changed = list(_changed(repository.common, tip or _EMPTY_TREE, commit))
        wanted = sorted({blob for _, blob in changed if blob})
        if tip is not None:
            return changed, dict(repository.blobs(wanted))
        there = dict(
            repository.readable(wanted)
        )  # what is lost is unreadable, and nothing else
        return changed, {blob: there.get(blob, b"") for blob in wanted}


def _is_the_disk(error: sqlite3.Error | OSError) -> bool:
    """Tell whether the place is at fault, not the file."""
    return isinstance(error, OSError) or error.sqlite_errorcode & 0xFF in _OF_THE_DISK


def _is_ours(path: str) -> bool:
    return path.startswith(f"{layout.ROOT}/")


def _changed(common: Path, old: str, new: str) -> Iterator[tuple[str, str | None]]:
    argv = (
        "diff-tree",
        "-r",
        "-z",
        "--no-renames",
        "--raw",
        "--full-index",
        old,
        new,
        "--",
        layout.ROOT,
    )
    parts = git(*argv, cwd=common).split(b"\0")
    for header, path in zip(parts[::2], parts[1::2], strict=False):
        mode, blob = header.split()[1].decode(), header.split()[3].decode()
        yield path.decode(errors="replace"), blob if mode.startswith(_FILE) else None


def _copy(kept: Path, db: sqlite3.Connection) -> None:
    """Fill *db* with what another index holds; with nothing, if it cannot be read."""
    with (
        suppress(sqlite3.Error),
        closing(sqlite3.connect(f"{kept.as_uri()}?mode=ro", uri=True)) as other,
    ):
        other.backup(db)


def _make_tables(db: sqlite3.Connection) -> None:
    """Make the tables, unless they are there; those of another version are of no use."""
    if db.execute("pragma user_version").fetchone()[0] == VERSION:
        return
    db.execute("begin immediate")
    try:
        if db.execute("pragma user_version").fetchone()[0] != VERSION:
            known = db.execute("select name from sqlite_master where type = 'table'").fetchall()
            for (name,) in known:
                db.execute(f"drop table {name}")
            for statement in (*_TABLES.split(";\n"), READY_INDEX, LIVE_INDEX):
                db.execute(statement)
            db.execute(f"pragma user_version = {VERSION}")
        db.commit()
    except BaseException:
        db.rollback()
        raise


def _write(
    db: sqlite3.Connection,
    changed: list[tuple[str, str | None]],
    contents: Mapping[str, bytes],
    *,
    anew: bool,
    steps: Iterable[Steps] = (),
) -> None:
    """Take in what *changed*, path and blob of each; *anew* if there was nothing before."""
    touched: set[str] = set()
    above: set[str] = set()
    # The gone ones first: a bead may have moved to another path.
    for number, (path, blob) in enumerate(
        sorted(changed, key=lambda each: each[1] is not None)
    ):
        for each in () if number % _STEP else steps:
            each.step(f"{number:,} of {len(changed):,} beads")
        if not anew:
            old = _named(db, path)
            above |= readiness.parents_of(db, old)
            touched |= old
        if blob is None:
            _forget(db, "path = ?", path)
        else:
            _take(db, path, blob, contents[blob], anew=anew)
    readiness.settle(db, None if anew else touched, above)


def _named(db: sqlite3.Connection, path: str) -> set[str]:
    """Return what is, was or will be called by *path*."""
    named = layout.id_of(path)
    there = {row[0] for row in db.execute("select id from doc where path = ?", (path,))}
    return there if named is None else {*there, named}


def _take(
    db: sqlite3.Connection, path: str, blob: str, content: bytes, *, anew: bool
) -> None:  # fmt: skip
    bead = layout.id_of(path)
    if bead is None:
        return
    from gitgt.ledger import documents  # what is up to date needs them not

    if not anew or _is_there(db, bead):
        _forget(db, "id = ?", bead)
    try:
        document: Document | None = documents.load(content, path)
        error = ""
    except InvalidDocumentError as problem:
        document, error = None, problem.message
    db.execute(
        f"insert into doc ({_FILLED}) values ({', '.join('?' * 17)})",
        (bead, path, blob, *_columns(document), error, *_end(document)),
    )
    # What is too long to be a bead is not kept twice.
    kept = content if len(content) <= MAX_BYTES else b""
    db.execute("insert into body values (?, ?)", (bead, kept))
    if document is None:
        return
    rows: dict[str, list[tuple[str, ...]]] = {
        "dep values (?, ?, ?, ?)": [
            (bead, str(e.type), str(e.on), str(e.when)) for e in document.dependencies
        ],
        "child values (?, ?)": [(each, bead) for each in parents(document)],
        "label values (?, ?)": [(each, bead) for each in document.labels],
    }
    for table, values in rows.items():
        if values:
            db.executemany(f"insert or ignore into {table}", values)


def _is_there(db: sqlite3.Connection, bead: str) -> bool:
    return db.execute("select 1 from doc where id = ?", (bead,)).fetchone() is not None


def _end(document: Document | None) -> tuple[int, str, int]:
    if document is None:
        return (0, "", 0)
    outcome, landed = getattr(document, "outcome", ""), getattr(document, "landed", "")
    return (int(document.is_closed), str(outcome), int(bool(landed)))


def parents(document: Document) -> tuple[str, ...]:
    """Return what *document* is a part of: its field says so, or an edge."""
    found = [str(each.on) for each in document.dependencies if each.type == PARENT]
    if getattr(document, "parent", ""):
        found.append(str(getattr(document, "parent", "")))
    return tuple(dict.fromkeys(found))


def _columns(document: Document | None) -> tuple[Any, ...]:
    def text(name: str) -> str:
        return str(getattr(document, name, "") or "")

    return (
        text("kind"),
        text("type"),
        text("status"),
        getattr(document, "priority", 2),
        text("assignee") or text("box"),  # where a message lies
        text("title"),
        text("target"),
        text("source") or text("thread"),
        text("created_at"),
        text("defer_until"),
    )


def _forget(db: sqlite3.Connection, condition: str, value: str) -> None:
    for (bead,) in list(db.execute(f"select id from doc where {condition}", (value,))):
        for table in _OF_A_DOCUMENT:
            db.execute(f"delete from {table} where id = ?", (bead,))


def _conditions(where: dict[str, str | Iterable[str]]) -> tuple[str, list[str]]:
    clauses: list[str] = []
    values: list[str] = []
    for column, wanted in where.items():
        options = [wanted] if isinstance(wanted, str) else [str(each) for each in wanted]
        clauses.append(f"{column} in ({', '.join('?' * len(options))})")
        values += options
    return (f"where {' and '.join(clauses)}" if clauses else ""), values
