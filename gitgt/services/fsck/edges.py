"""Who names whom: what is not there, and who waits in a circle."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from gitgt.ledger import layout
from gitgt.model.documents import DependencyType, Document, WorkType
from gitgt.services.fsck.finding import Finding
from gitgt.services.graph import parentless, without

_NAMES: Final = ("parent", "merge_request", "convoy", "source", "thread")
_WAITS: Final = frozenset(
    {"blocks", "conditional-blocks", "waits-for", "merge-blocks", "parent-child"}
)
Known = Callable[[str], bool]


def dangling(documents: Mapping[str, Document], is_known: Known) -> Iterator[Finding]:
    """Yield what a document names and *is_known* does not know."""
    for document in documents.values():
        path = layout.path_of(document.id)
        for said, name in _named(document):
            if name not in documents and not is_known(name):
                what = f"{said} {name}, which is not there"
                hint = _way_out(document, said, name)
                yield Finding("dangling", path, what, hint)


def _named(document: Document) -> Iterator[tuple[str, str]]:
    for each in document.dependencies:
        yield str(each.type), str(each.on)
    for name in _NAMES:
        if value := getattr(document, name, ""):
            yield name, str(value)


def _way_out(document: Document, said: str, name: str) -> str:
    if said in tuple(DependencyType):
        return f"git gt bead dep remove {document.id} {name} --type {said}"
    if said == "parent":
        return parentless(document.id)
    return f"remove {said} from {document.id} on a desk, or bring {name} back"


def idle_gates(documents: Mapping[str, Document]) -> Iterator[Finding]:
    """Yield the open formula gates for which nothing in this ledger waits."""
    waited = {each.on for document in documents.values() for each in document.dependencies}
    for name, document in documents.items():
        if document.type != WorkType.FORMULA_GATE or document.is_closed or name in waited:
            continue
        hint = f"git gt mol gate approve {name}, or git gt bead dep add BEAD {name}"
        what = "a formula gate for which nothing here waits"
        yield Finding("formula-gate", layout.path_of(document.id), what, hint)


def cycles(documents: Mapping[str, Document]) -> Iterator[Finding]:
    """Yield each group of documents that wait for each other."""
    graph = {name: _waits_for(each, documents) for name, each in documents.items()}
    for group in circles(graph):
        first = min(group)
        at = group.index(first)
        way = [*group[at:], *group[:at], first]
        named = any(each.on == way[1] for each in documents[first].dependencies)
        hint = without(first, way[1]) if named else parentless(first)
        yield Finding("cycle", layout.path_of(documents[first].id), " -> ".join(way), hint)


def _waits_for(document: Document, documents: Mapping[str, Document]) -> list[str]:
    edges = [str(each.on) for each in document.dependencies if each.type in _WAITS]
    parent = str(getattr(document, "parent", ""))
    return [each for each in (*edges, *([parent] if parent else ())) if each in documents]


def circles(graph: Mapping[str, Iterable[str]]) -> Iterator[list[str]]:
    """Yield one circle for each way back that a walk along *graph* meets, without recursion."""
    done: set[str] = set()
    for start in graph:
        if start in done:
            continue
        way: list[str] = [start]
        on_way = {start: 0}
        steps = [iter(graph[start])]
        while steps:
            each = next(steps[-1], None)
            if each is None:
                steps.pop()
                last = way.pop()
                del on_way[last]
                done.add(last)
            elif each in on_way:
                yield way[on_way[each] :]
            elif each not in done:
                on_way[each] = len(way)
                way.append(each)
                steps.append(iter(graph[each]))
