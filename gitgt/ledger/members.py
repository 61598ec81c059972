"""The members of a molecule, asked of the index at once: to read 1,000 files takes long."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final

from gitgt.model.documents import DependencyType
from gitgt.model.molecule import DONE, Member, Survey

if TYPE_CHECKING:
    from gitgt.ledger.snapshot import Snapshot

# What lies below an id: '/' is the character after the dot.
_BELOW: Final = "id > :root || '.' and id < :root || '/'"
_MEMBERS: Final = f"""
select id, type, status, assignee, title from doc where {_BELOW} order by length(id), id
"""  # noqa: S608 - ours
_OPEN: Final = f"""
select id from doc where {_BELOW} and status not in ('closed', 'tombstone')
"""  # noqa: S608 - ours
_EDGES: Final = """
select dep.id, dep.type, dep.target, coalesce(doc.status, '')
from dep left join doc on doc.id = dep.target where
"""
_ALL_EDGES: Final = f"""{_EDGES}
dep.id = :root or (dep.id > :root || '.' and dep.id < :root || '/')
"""
_HOLDING: Final = frozenset(
    {
        DependencyType.BLOCKS, DependencyType.CONDITIONAL_BLOCKS,
        DependencyType.MERGE_BLOCKS, DependencyType.WAITS_FOR,
    }
)  # fmt: skip
# Says whether an edge (bead, type, target) holds that two statuses cannot settle.
Judge = Callable[[str, str, str], bool]


def survey(snapshot: Snapshot, root: str, judge: Judge) -> Survey:
    """Return how the molecule *root* stands.

    *judge* is asked about the edges that the status of a bead of this ledger does not settle.
    """
    with snapshot.index.at(snapshot.commit) as db:
        rows = list(db.execute(_MEMBERS, {"root": root}))
        edges = list(db.execute(_ALL_EDGES, {"root": root}))
    waits = _waits(edges, judge)
    members = [
        Member(name, kind, status, assignee, title, tuple(waits.get(name, ())))
        for name, kind, status, assignee, title in rows
    ]
    if any(not each.id[len(root) + 1 :].isdigit() for each in members):
        members.sort(key=lambda each: each.order)  # else they are in order: by their number
    return Survey(root, tuple(members), tuple(waits.get(root, ())))


def holders(snapshot: Snapshot, names: Sequence[str], judge: Judge) -> list[str]:
    """Return what holds any of *names* up: a step and what it is a part of."""
    question = f"{_EDGES} dep.id in ({', '.join('?' * len(names))})"
    with snapshot.index.at(snapshot.commit) as db:
        edges = list(db.execute(question, names))
    return [target for found in _waits(edges, judge).values() for target in found]


def still_open(snapshot: Snapshot, root: str) -> set[str]:
    """Return what lies below *root* and is not done."""
    with snapshot.index.at(snapshot.commit) as db:
        return {row[0] for row in db.execute(_OPEN, {"root": root})}


def any_below(snapshot: Snapshot, root: str) -> bool:
    """Tell whether anything lies below *root*."""
    with snapshot.index.at(snapshot.commit) as db:
        return db.execute(f"{_MEMBERS} limit 1", {"root": root}).fetchone() is not None


def children(snapshot: Snapshot, bead: str) -> list[str]:
    """Return the statuses of the direct children of *bead*, as its id has them."""
    with snapshot.index.at(snapshot.commit) as db:
        rows: Iterable[sqlite3.Row] = db.execute(_MEMBERS, {"root": bead})
        return [row[2] for row in rows if row[0].rpartition(".")[0] == bead]


def _waits(edges: Iterable[tuple[str, str, str, str]], judge: Judge) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for bead, kind, target, known in edges:
        if kind not in _HOLDING:
            continue
        settled = kind == DependencyType.BLOCKS and known
        holds = known not in DONE if settled else judge(bead, kind, target)
        if holds:
            found.setdefault(bead, []).append(target)
    return found
