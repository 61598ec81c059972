"""Who sat at what and when: a small file for each session below ``refs/gt/sessions``.

A file is ``<address>/<aa>/<rest of the id>``, such as ``shop/polecats/toast/3f/9a2b7c01d4``, so
what one agent did is read without reading the others'. The ref is moved by compare-and-swap;
two clones' records are joined field by field.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final

from gitgt.git import side_ref
from gitgt.git.repository import Repository, Signature
from gitgt.model.event import Event
from gitgt.model.session_record import SessionRecord, parse

REF: Final = "refs/gt/sessions"
_WHAT: Final = "the sessions"
_WHO: Final = ("gitgt", "gitgt@gitgt.invalid")
_PATH: Final = re.compile(r"(?:[^/\0]+/)+[0-9a-f]{2}/[0-9a-f]{10}(?:-[0-9]{1,6})?")

# What a tree holds never changes; the roles look again and again at the same ones.
_KEPT: Final = 1000
_KNOWN: dict[tuple[str, str], tuple[SessionRecord, ...]] = {}
Decide = Callable[[SessionRecord | None], SessionRecord | None]


class SessionRecords:
    """The records that are kept in one repository."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    def get(self, address: str, name: str) -> SessionRecord | None:
        """Return the record with the id *name* of the agent at *address*, if there is one."""
        head = self._repository.ref(REF)
        return None if head is None else self._read(head, path_of(address, name))

    def of(self, address: str) -> list[SessionRecord]:
        """Return the records of one agent, the oldest first."""
        return self._all(below=f"{address}/")

    def all(self) -> list[SessionRecord]:
        """Return all records, the oldest first."""
        return self._all()

    def change(self, address: str, name: str, decide: Decide, *, why: str, at: float) -> None:
        """Let *decide* say how a record is to stand, given how it does.

        Nothing is written where it returns what it was given. *why* is the line of history.

        Raises:
            LedgerConflictError: others were faster again and again.
        """
        path = path_of(address, name)

        def written(head: str | None) -> str | None:
            old = None if head is None else self._read(head, path)
            new = decide(old)
            is_news = new is not None and new != old
            return self._written(head, {path: new}, why, at) if new and is_news else None

        side_ref.move(self._repository, REF, written, why=why, what=_WHAT)

    def take_in(self, theirs: str | None) -> str | None:
        """Take in the records of another clone; return where ours stand then, if at all.

        Raises:
            LedgerConflictError: others were faster again and again.
        """
        return side_ref.meet(self._repository, REF, theirs, join, what=_WHAT)

    def _all(self, below: str = "") -> list[SessionRecord]:
        head = self._repository.ref(REF)
        tree = head and (self._repository.entry(head, below.rstrip("/")) if below else head)
        if not tree:
            return []
        key = (str(self._repository.common), tree)
        if key not in _KNOWN:
            if len(_KNOWN) >= _KEPT:
                _KNOWN.clear()
            _KNOWN[key] = self._listed(tree, below)
        return list(_KNOWN[key])

    def _listed(self, tree: str, below: str) -> tuple[SessionRecord, ...]:
        files = self._repository.files(tree)
        wanted = [oid for path, oid in files.items() if _PATH.fullmatch(f"{below}{path}")]
        found = (_parsed(content) for _, content in self._repository.readable(wanted))
        known = (each for each in found if each is not None)
        return tuple(sorted(known, key=lambda each: (each.started, each.id)))

    def _read(self, head: str, path: str) -> SessionRecord | None:
        content = self._repository.read(head, path)
        return None if content is None else _parsed(content)

    def _written(
        self, head: str | None, changed: dict[str, SessionRecord], why: str, at: float
    ) -> str:
        repository = self._repository
        blobs: dict[str, str | None] = {
            path: repository.write_blob(_text(record)) for path, record in changed.items()
        }
        tree = repository.write_tree(head, blobs)
        event = Event(why, "session.recorded")
        parents = [head] if head else []
        who = Signature(*_WHO, int(at))
        return repository.write_commit(tree, parents, event.message(), who)


def join(repository: Repository, ours: str, theirs: str) -> str:
    """Return a commit with the records of two clones, joined field by field.

    It is made from its parents alone, so two clones that join the same pair make the same.
    """
    return side_ref.joined(repository, ours, theirs, partial(_of_pair, repository))


def _of_pair(repository: Repository, one: str, two: str) -> str:
    changes: dict[str, str | None] = {}
    for each in repository.differences(one, two):
        if not _PATH.fullmatch(each.path) or each.new is None:
            continue
        changes[each.path] = each.new
        if each.old is not None:
            both = _of_both(repository.blob(each.old), repository.blob(each.new))
            changes[each.path] = repository.write_blob(both)
    seconds = [repository.committed(each)[0].seconds for each in (one, two)]
    event = Event("meet another clone's sessions", "sessions.joined")
    tree = repository.write_tree(one, changes)
    who = Signature(*_WHO, max(seconds))
    return repository.write_commit(tree, (one, two), event.message(), who)


def _of_both(one: bytes, two: bytes) -> bytes:
    said, more = _parsed(one), _parsed(two)
    if said is None or more is None:  # the one that can be read, else whichever comes first
        readable: Iterable[bytes] = (each for each in (one, two) if _parsed(each))
        return next(iter(readable), min(one, two))
    return _text(said.joined(more))


def _parsed(content: bytes) -> SessionRecord | None:
    try:
        found: Any = json.loads(content)
    except ValueError:
        return None
    return parse(found)


def _text(record: SessionRecord) -> bytes:
    plain = json.dumps(record.plain(), indent=1, sort_keys=True, ensure_ascii=False)
    return f"{plain}\n".encode(errors="surrogateescape")


def path_of(address: str, name: str) -> str:
    """Return where the record with the id *name* is kept."""
    return f"{address}/{name[:2]}/{name[2:]}"
