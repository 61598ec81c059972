"""Circles of things that wait for each other, closed by what a push brings.

Only what the new edges lead to is read: a ledger may hold 100,000 documents.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from gitgt.errors import InvalidDocumentError, NotFoundError, RefusedError
from gitgt.git.by_git import ByGit
from gitgt.ledger import layout
from gitgt.ledger.documents import load, load_draft
from gitgt.ledger.index import parents
from gitgt.model.change import complete
from gitgt.model.documents import Document
from gitgt.model.graph import Graph, Node
from gitgt.model.ids import is_bead_id
from gitgt.services import by_hand
from gitgt.services.by_hand import Added, Circle

_LONG_AGO = "1970-01-01T00:00:00Z"  # for what a draft leaves out, and nobody asks here


def circles(
    git: ByGit, old: str | None, new: str, written: Mapping[str, str]
) -> list[Circle]:  # fmt: skip
    """Return the circles that are there at *new*, closed by an edge that *old* has not.

    *written* are the blobs of what a person left incomplete, once it is completed.
    """
    added = list(_added(git, old, new, written))
    if not added:
        return []
    return list(by_hand.circles(_graph(git, new, written), added))


def _added(
    git: ByGit, old: str | None, new: str, written: Mapping[str, str]
) -> Iterator[Added]:  # fmt: skip
    for each in git.differences(old, new):
        if each.new is None or layout.id_of(each.path) is None:
            continue
        now = _document(git, written.get(each.path, each.new), each.path)
        if now is None or now.is_closed:
            continue
        before = None if each.old is None else _document(git, each.old, each.path)
        for edge in by_hand.fresh_edges(before, now):
            line = by_hand.line_of_edge(git.blob(each.new), edge)
            yield Added(now, edge, each.path, line)


def _graph(git: ByGit, new: str, written: Mapping[str, str]) -> Graph:
    """Return the ledger at *new* as a graph; what is in other ledgers is not there."""

    @cache
    def find(name: str) -> Node | None:
        path = layout.path_of(name) if is_bead_id(name) else ""
        blob = (written.get(path) or git.entry(new, path)) if path else None
        found = None if blob is None else _document(git, blob, path)
        return None if found is None else by_hand.node_of(found)

    @cache
    def below() -> Mapping[str, list[str]]:
        """Read who is a part of what: only an edge that waits for all parts asks."""
        known: dict[str, list[str]] = {}
        items = {path: oid for path, oid in git.files(new).items() if layout.id_of(path)}
        for path, (_, content) in zip(items, git.blobs(items.values()), strict=True):
            if b"parent" not in content:
                continue
            found = _document(git, written.get(path, items[path]), path)
            for each in parents(found) if found else ():
                known.setdefault(each, []).append(str(layout.id_of(path)))
        return known

    return Graph(find, lambda name: below().get(name, ()))


def _document(git: ByGit, blob: str, path: str) -> Document | None:
    try:
        content = git.blob(blob)
    except NotFoundError:
        return None
    try:
        return load(content, path)
    except InvalidDocumentError:
        pass
    try:
        draft = load_draft(content, path, path)
        return complete(None, draft, now=_LONG_AGO, by="somebody")
    except RefusedError:
        return None
