# ruff: noqa: S608 - what is put together are names of columns, all of them ours
"""Who waits for whom, over all ledgers of a town: why, in what order, and round in circles."""

from __future__ import annotations

import sqlite3
from collections.abc import (
    Callable,
    Collection,
    Container,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from gitgt.errors import RefusedError
from gitgt.ledger import abroad
from gitgt.ledger.index import Row
from gitgt.ledger.questions import COLUMNS
from gitgt.ledger.readiness import HOLDS
from gitgt.model import graph
from gitgt.model.graph import BLOCKING, PARENT, Edge, Graph, Node, Reason
from gitgt.model.ids import TOWN_PREFIX
from gitgt.services import reading
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

if TYPE_CHECKING:
    from gitgt.ledger.abroad import Homes

_SHOWN: Final = 5
_NODE: Final = "kind, type, status, ended, outcome, landed, defer_until, error"
_WAITING: Final = ", ".join(f"'{each}'" for each in BLOCKING)
_NO_WORK: Final = ", ".join(f"'{each}'" for each in graph.NO_WORK)
_LIVE: Final = "kind = 'bead' and ended = 0 and error = ''"
_BLOCKED: Final = (
    f"select {COLUMNS} from doc where {_LIVE} and type not in ({_NO_WORK}) "
    "and status in ('open', 'blocked', 'deferred') and waits = 1"
)
# Pairs of live work of one ledger: who waits for whom.
_WAITS: Final = """
select dep.id, dep.target from dep cross join doc as one on one.id = dep.id
  cross join doc as other on other.id = dep.target
  where dep.type in ('blocks', 'conditional-blocks', 'merge-blocks') and one.held = 1
    and other.kind = 'bead' and other.ended = 0 and other.error = ''
"""
# What a person must change before it can be done: what it waits for ended otherwise.
_STUCK: Final = f"""
select dep.id from dep cross join doc as one on one.id = dep.id
  cross join doc as other on other.id = dep.target
  where dep.type in ({_WAITING}) and one.held = 1
    and (other.error != '' or other.ended = 1 and dep.type != 'waits-for') and ({HOLDS})
"""
_FOR_PARTS: Final = """
select dep.id, dep.target, dep."when" from dep cross join doc as one on one.id = dep.id
  where dep.type = 'waits-for' and one.kind = 'bead' and one.ended = 0
"""
_WHOLES: Final = "select parent from child where id = ?"
_PARTS: Final = "select id from child where parent = ?"
_OPEN_PARTS: Final = """
select doc.priority, doc.created_at, doc.id from child cross join doc on doc.id = child.id
where child.parent = ? and doc.ended = 0 and doc.error = ''
"""
_WAITING_FOR: Final = f"select id from dep where target = ? and type in ({_WAITING})"
_BELOW: Final = """
select child.id, child.parent from child
  cross join doc as one on one.id = child.id and one.kind = 'bead' and one.ended = 0
  cross join doc as other on other.id = child.parent and other.kind = 'bead' and other.ended = 0
"""


@dataclass(frozen=True, slots=True)
class Blocked:
    """A bead that waits, and why."""

    row: Row
    why: tuple[Reason, ...]

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        row = self.row
        return {
            "id": row.id, "type": row.type, "title": row.title, "status": row.status,
            "priority": row.priority, "why": [told(each) for each in self.why],
        }  # fmt: skip


def told(reason: Reason) -> dict[str, Any]:
    """Return a reason as plain values, empty ones left out."""
    found = {"rule": reason.rule, "on": reason.on, "detail": reason.detail}
    plain: dict[str, Any] = {name: value for name, value in found.items() if value}
    return {**plain, "final": True} if reason.final else plain


@contextmanager
def graph_of(town: Town, rig: Rig | None) -> Iterator[tuple[sqlite3.Connection, Graph, Any]]:
    """Open the ledger of *rig* as a graph that reaches into the others where an edge does."""
    with reading.opened(town, rig) as (db, homes):
        nodes: dict[str, Node | None] = {}

        def find(name: str) -> Node | None:
            if name not in nodes:
                home = homes(name.partition("-")[0])
                nodes[name] = None if home is None else node_of(home, name)
            return nodes[name]

        def children(name: str) -> list[str]:
            found = [home.execute(_PARTS, (name,)) for home in homes.every()]
            return sorted(row[0] for rows in found for row in rows)

        yield db, Graph(find, children), homes


def node_of(db: sqlite3.Connection, name: str) -> Node | None:
    """Return what an index knows of *name* that matters here."""
    row = db.execute(f"select {_NODE} from doc where id = ?", (name,)).fetchone()
    if row is None:
        return None
    kind, type_, status, ended, outcome, landed, defer_until, error = row
    edges = db.execute('select type, target, "when" from dep where id = ?', (name,))
    above = db.execute("select parent from child where id = ?", (name,))
    return Node(
        name, kind, type_, status, bool(ended), outcome, bool(landed), defer_until,
        tuple(row[0] for row in above), tuple(Edge(*row) for row in edges), bool(error),
    )  # fmt: skip


def blocked(town: Town, rigs: Iterable[Rig | None]) -> list[Blocked]:
    """Return the work that waits for something, the most urgent first, each with why."""
    found: list[Blocked] = []
    for rig in rigs:
        with graph_of(town, rig) as (db, web, homes):
            held = abroad.held(db, homes, town.now())
            rows = [Row._make(row) for row in db.execute(_BLOCKED)]
            rows += _rows(db, held - {row.id for row in rows})
            found += [Blocked(row, why(web, row.id)) for row in rows]
    return sorted(found, key=lambda each: (each.row.priority, each.row.id))


def _rows(db: sqlite3.Connection, names: Iterable[str]) -> list[Row]:
    question = _BLOCKED.replace("and waits = 1", "and id = ?")
    found = (db.execute(question, (name,)).fetchone() for name in names)
    return [Row._make(row) for row in found if row is not None]


def why(web: Graph, name: str) -> tuple[Reason, ...]:
    """Return why *name* waits; empty if it does not."""
    node = web.find(name)
    return () if node is None else web.why(node)


def reasons(town: Town, bead: str) -> tuple[Reason, ...]:
    """Return why *bead* waits; empty if it does not."""
    with graph_of(town, town.rig_of(bead)) as (_, web, _homes):
        return why(web, bead)


def ready_among(town: Town, names: Iterable[str]) -> list[Row]:
    """Return those of *names* that are ready, the most urgent first."""
    homes: dict[str, list[str]] = {}
    for name in names:
        homes.setdefault(name.partition("-")[0], []).append(name)
    found: list[Row] = []
    for there in homes.values():
        rig, now = town.rig_of(there[0]), town.now()
        with graph_of(town, rig) as (_, web, _homes):
            nodes = [node for name in there if (node := web.find(name))]
            ready = [each.id for each in nodes if web.standing(each, now) == "ready"]
        found += town.ledger_at(rig).snapshot().rows(id=ready) if ready else []
    return sorted(found, key=lambda row: (row.priority, row.id))


def hanging_on(town: Town, names: Iterable[str]) -> set[str]:
    """Return what may become ready when *names* end: what waits for them, and its parts."""
    with ExitStack() as stack:
        every = []
        for _, ledger in town.ledgers():
            now = ledger.snapshot()
            every.append(stack.enter_context(now.index.at(now.commit)))
        wholes = _asked(every, _WHOLES, set(names))
        found = _asked(every, _WAITING_FOR, {*names, *wholes})
        fresh = found | set(names)
        while fresh := _asked(every, _PARTS, fresh) - found:
            found |= fresh
        return found - set(names)


def open_parts(town: Town, bead: str) -> list[str]:
    """Return the parts of *bead*, in any ledger, that are not over; the most urgent first."""
    with reading.opened(town, town.rig_of(bead)) as (_, homes):
        return _open_parts(homes, bead)


def check_parts_ended(town: Town, bead: str, *, beside: Collection[str] = ()) -> None:
    """Check that *bead* may be closed: no part of it is open but for those *beside* it.

    Raises:
        RefusedError: some are.
    """
    left = [each for each in open_parts(town, bead) if each not in beside]
    if left and not reading.is_closed(town, bead):
        parts, them = ("parts", "them") if len(left) > 1 else ("part", "it")
        raise RefusedError(
            f"{bead} has {len(left)} open {parts}: {some(left)}",
            hint=f"close {them} first, or: git gt bead close {bead} --force",
        )


def some(names: Sequence[str]) -> str:
    """Return the first of *names* in words, and how many more there are."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _open_parts(homes: Homes, bead: str) -> list[str]:
    found = [home.execute(_OPEN_PARTS, (bead,)) for home in homes.every()]
    return [name for *_, name in sorted(row for rows in found for row in rows)]


def _asked(
    every: Iterable[sqlite3.Connection], question: str, names: Iterable[str]
) -> set[str]:  # fmt: skip
    each = [(db, name) for db in every for name in names]
    return {row[0] for db, name in each for row in db.execute(question, (name,))}


def check_edge(town: Town, bead: str, on: str, kind: str) -> None:
    """Check that *bead* may come to hang on *on*: nothing must wait for itself.

    Raises:
        RefusedError: it would; the message shows the way round.
    """
    if kind not in (*BLOCKING, PARENT):
        return
    if bead == on:
        what = "be a part of" if kind == PARENT else "wait for"
        raise RefusedError(f"{bead} cannot {what} itself", hint="name another bead")
    with graph_of(town, town.rig_of(bead)) as (_, web, _homes):
        way = way_round(web, bead, on, kind)
    if not way:
        return
    shown = " -> ".join((bead, *way))
    raise RefusedError(
        f"{bead} and {on} would wait for each other: {shown}",
        hint=way_out(town, *((way[-2], bead) if len(way) > 1 else (bead, on))),
    )


def way_out(town: Town, bead: str, on: str) -> str:
    """Return the command after which *bead* no longer waits for *on*, directly at least."""
    with graph_of(town, town.rig_of(bead)) as (_, web, _homes):
        node = web.find(bead)
        edges = node.edges if node else ()
        for each in edges:
            if each.on == on or (each.type == "waits-for" and on in web.children(each.on)):
                return without(bead, each.on)
    return parentless(bead)


def without(bead: str, on: str) -> str:
    """Return the command that takes away the edges from *bead* to *on*."""
    return f"git gt bead dep remove {bead} {on}"


def parentless(bead: str) -> str:
    """Return the command that takes *bead* out of what it is a part of."""
    return f"git gt bead update {bead} --parent ''"


def way_round(web: Graph, bead: str, on: str, kind: str) -> tuple[str, ...]:
    """Return how one gets from *on* back to *bead*, which is to hang on it, if one does."""
    onward = partial(waited_for, web)
    if kind == "waits-for":
        ways = [graph.way_between(each, bead, onward) for each in web.children(on)]
        return min((way for way in ways if way), key=len, default=())
    way = graph.way_between(on, bead, onward)
    if way or kind != PARENT:
        return way
    return _waits_for_new_part(web, bead, on, onward)


def waited_for(web: Graph, name: str) -> Iterator[str]:
    """Yield what *name* waits for, parts of what it waits for them all, and its wholes."""
    node = web.find(name)
    if node is not None and not node.ended:
        yield from _names(web, node)


def _waits_for_new_part(
    web: Graph, bead: str, parent: str, onward: Callable[[str], Iterable[str]]
) -> tuple[str, ...]:
    """Return how *bead* waits for something that waits for all parts of *parent*."""
    seen, waiting = {bead}, [bead]
    for at in waiting:
        node = web.find(at)
        edges = () if node is None or node.ended else node.edges
        if any(each.type == "waits-for" and each.on == parent for each in edges):
            return (*graph.way_between(bead, at, onward)[1:], parent, bead)
        fresh = [each for each in onward(at) if each not in seen]
        seen.update(fresh)
        waiting += fresh
    return ()


def _names(web: Graph, node: Node) -> Iterator[str]:
    for edge in node.edges:
        if edge.type == "waits-for":
            yield from web.children(edge.on)
        elif edge.type in BLOCKING:
            yield edge.on
    yield from node.parents


def pairs(town: Town, rigs: Iterable[Rig | None]) -> tuple[list[Any], list[Any]]:
    """Return who waits for whom, and child and parent, of the live work of the ledgers."""
    waits: list[Any] = []
    below: list[Any] = []
    for rig in rigs:
        with reading.opened(town, rig) as (db, homes):
            waits += db.execute(_WAITS).fetchall()
            waits += _for_parts(db, homes)
            below += db.execute(_BELOW).fetchall()
            for one, kind, other, _ in db.execute(abroad.ALL):
                if kind != "waits-for":
                    (below if kind == PARENT else waits).append((one, other))
    return waits, below


def _for_parts(db: sqlite3.Connection, homes: Homes) -> list[tuple[str, str]]:
    """Return pairs of live work: who waits for which part of something, in any ledger."""
    return [
        (one, part)
        for one, whole, when in db.execute(_FOR_PARTS).fetchall()
        if abroad.holds(homes, "waits-for", whole, when, "")
        for part in _open_parts(homes, whole)
    ]


def cycles(town: Town, rigs: Iterable[Rig | None]) -> list[tuple[str, ...]]:
    """Return what waits for itself, each as one way round."""
    waits, below = pairs(town, rigs)
    return graph.cycles([*waits, *below])


@dataclass(frozen=True, slots=True)
class Waves:
    """In which order open work can be done.

    What is in ``never`` waits for itself, for what will not be, or for such.
    """

    waves: list[list[str]]
    never: list[str]
    titles: Mapping[str, str]


def waves(town: Town, rigs: Iterable[Rig | None]) -> Waves:
    """Return the open work of the ledgers in waves: each waits for nothing but earlier ones.

    What other ledgers have to do first counts, and is left out.
    """
    asked = list(rigs)
    every = [None, *town.rigs_here().values()] if _reach_out(town, asked) else asked
    titles: dict[str, str] = {}
    for rig in every:
        with reading.opened(town, rig) as (db, _):
            titles |= dict(db.execute(f"select id, title from doc where {_LIVE}"))
    waits, below = pairs(town, every)
    waits += [(name, name) for name in _stuck(town, every, titles)]
    found, never = graph.waves(titles, waits, below)
    wanted = {TOWN_PREFIX if rig is None else rig.prefix for rig in asked}

    def of_asked(names: Iterable[str]) -> list[str]:
        return [name for name in names if name.partition("-")[0] in wanted]

    kept = [of_asked(wave) for wave in found]
    while kept and not kept[-1]:
        kept.pop()
    return Waves(kept, of_asked(never), titles)


def _reach_out(town: Town, rigs: Iterable[Rig | None]) -> bool:
    """Tell whether something in these ledgers may wait for what is in none of them."""
    for rig in rigs:
        with reading.opened(town, rig) as (db, _):
            if db.execute(abroad.ANY).fetchone():
                return True
    return False


def _stuck(
    town: Town, rigs: Iterable[Rig | None], live: Container[str]
) -> Iterator[str]:  # fmt: skip
    """Yield what waits for good: for what is nowhere, or ended otherwise."""
    for rig in rigs:
        with reading.opened(town, rig) as (db, homes):
            yield from (row[0] for row in db.execute(_STUCK))
            for one, kind, other, when in db.execute(abroad.ALL).fetchall():
                comes = _open_parts(homes, other) if kind == "waits-for" else other in live
                if not comes and abroad.holds(homes, kind, other, when, town.now()):
                    yield one
