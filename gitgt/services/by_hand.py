"""Edges that people write into files: what they close, and what they lead to.

What costs is looked at only where a commit adds edges.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from gitgt.errors import RefusedError
from gitgt.ledger import layout
from gitgt.ledger.index import parents
from gitgt.model.graph import BLOCKING, PARENT, Edge, Graph, Node, members
from gitgt.services import graph
from gitgt.values import dataclass

if TYPE_CHECKING:
    from gitgt.ledger.intake import Intake
    from gitgt.ledger.transact import Ledger
    from gitgt.model.documents import Document
    from gitgt.services.town import Rig, Town


@dataclass(frozen=True, slots=True)
class Added:
    """An edge that was not there before, and where it is written."""

    document: Document
    edge: Edge
    path: str
    line: int

    @property
    def where(self) -> str:
        """The place, as people write it."""
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class Circle:
    """A way round on which something waits for itself, and the edge that closes it."""

    by: Added
    way: tuple[str, ...]

    @property
    def what(self) -> str:
        """What is wrong."""
        return f"{self.by.edge.type}: nothing may wait for itself: {' -> '.join(self.way)}"

    @property
    def hint(self) -> str:
        """The way out."""
        return f"take {self.by.edge.on} out of {self.by.document.id} again"

    @property
    def said(self) -> str:
        """The lines that say all of it."""
        return f"{self.by.where}: {self.what}\n  hint: {self.hint}"


def check(town: Town, rig: Rig | None, tree: str, found: Intake) -> list[str]:
    """Return warnings about the edges that *tree*, which was judged as *found*, adds.

    Raises:
        RefusedError: they would make something wait for itself; the message shows each way
            round, with file and line.
    """
    added = list(_added(town.ledger_at(rig), tree, found.documents))
    if not added:
        return []
    changed = {str(each.id): node_of(each) for each in found.documents}
    with graph.graph_of(town, rig) as (_, web, _homes):
        after = _after(web, changed)
        problems = dict.fromkeys(each.said for each in circles(after, added))
        if problems:
            raise RefusedError("\n".join(problems))
        return [_dangles(each) for each in added if after.find(each.edge.on) is None]


def fresh_edges(old: Document | None, new: Document) -> list[Edge]:
    """Return the edges of *new* that *old* has not, the one to its parent among them."""
    before = set(_edges(old)) if old is not None else set()
    return [each for each in _edges(new) if each not in before]


def _edges(document: Document) -> Iterator[Edge]:
    for each in document.dependencies:
        yield Edge(str(each.type), str(each.on), str(each.when))
    if parent := getattr(document, "parent", ""):
        yield Edge(PARENT, str(parent))


def node_of(document: Document) -> Node:
    """Return what matters here of a document that is no ledger's yet."""
    return Node(
        str(document.id), document.kind, str(document.type), str(document.status),
        document.is_closed, parents=parents(document), edges=tuple(_edges(document)),
    )  # fmt: skip


def _added(ledger: Ledger, tree: str, documents: Iterable[Document]) -> Iterator[Added]:
    now = ledger.snapshot()
    for each in documents:
        path = layout.path_of(each.id)
        if each.is_closed or not any(_edges(each)):
            continue
        for edge in fresh_edges(now.find(each.id), each):
            content = ledger.repository.read(tree, path) or b""
            yield Added(each, edge, path, line_of_edge(content, edge))


def line_of_edge(content: bytes, edge: Edge) -> int:
    """Return the line on which an edge is written, if need be without its type; else 1."""
    named = re.compile(rf"^(?!id:).*(?<![\w-]){re.escape(edge.on)}(?![\w.-])")
    rows = list(enumerate(content.decode(errors="replace").split("\n"), 1))
    lines = [(number, row) for number, row in rows if named.match(row)]
    whole = [number for number, row in lines if re.search(rf"\b{edge.type}\b", row)]
    return [*whole, *(number for number, _ in lines), 1][0]


def _after(web: Graph, changed: Mapping[str, Node]) -> Graph:
    """Return *web* as it is once the *changed* ones are in it."""

    def children(name: str) -> list[str]:
        still = [each for each in web.children(name) if each not in changed]
        return still + [each.id for each in changed.values() if name in each.parents]

    return Graph(lambda name: changed.get(name) or web.find(name), children)


def circles(web: Graph, added: Iterable[Added]) -> Iterator[Circle]:
    """Yield each circle that one of the *added* edges closes."""
    waiting = [each for each in added if each.edge.type in (*BLOCKING, PARENT)]
    inside = _in_circles(web, (str(each.document.id) for each in waiting))
    seen: set[frozenset[str]] = set()
    for each in waiting:
        bead, edge = str(each.document.id), each.edge
        if bead not in inside:
            continue
        way = (bead,) if edge.on == bead else graph.way_round(web, bead, edge.on, edge.type)
        if way and frozenset(way) not in seen:
            seen.add(frozenset(way))
            yield Circle(each, (bead, *way))


def _in_circles(web: Graph, starts: Iterable[str]) -> set[str]:
    """Return what waits for itself of all that *starts* lead to: one walk, however many."""
    waiting = list(dict.fromkeys(starts))
    seen = set(waiting)
    pairs: list[tuple[str, str]] = []
    for at in waiting:
        names = list(graph.waited_for(web, at))
        pairs += [(at, each) for each in names]
        waiting += [each for each in dict.fromkeys(names) if each not in seen]
        seen.update(names)
    return members(pairs)


def _dangles(each: Added) -> str:
    what = f"{each.where}: {each.edge.type}: {each.edge.on} is in no ledger here"
    holds = each.edge.type in (*BLOCKING, PARENT)
    return f"{what}, so {each.document.id} waits for good" if holds else what
