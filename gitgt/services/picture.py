# ruff: noqa: S608 - what is put together are names of columns, all of them ours
"""What hangs together: beads and the edges that say who waits for whom, to be drawn."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from gitgt.errors import RefusedError
from gitgt.model.graph import BLOCKING, NO_WORK, PARENT, Graph, Node
from gitgt.services import graph, reading
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

if TYPE_CHECKING:
    from gitgt.ledger.abroad import Homes

_MOST: Final = 400
_WAITING: Final = ", ".join(f"'{each}'" for each in BLOCKING)
_HUNG: Final = f"""
select id, type, target from dep where type in ({_WAITING}) and (id = :it or target = :it)
union select id, '{PARENT}', parent from child where id = :it or parent = :it
"""
_ALL: Final = f"""
select dep.id from dep join doc using (id) where doc.kind = 'bead' and doc.ended = 0
  and dep.type in ({_WAITING})
union select child.id from child join doc using (id) where doc.kind = 'bead' and doc.ended = 0
order by 1
"""
_ABROAD: Final = "select distinct target from abroad"
_LIVE: Final = "select id from doc where id = ? and kind = 'bead' and ended = 0"


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """A bead in a picture, and where it stands: ready, blocked, closed..."""

    id: str
    title: str
    standing: str
    priority: int = 2


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """*bead* hangs on *on*."""

    bead: str
    type: str
    on: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Beads and lines between them."""

    spots: tuple[Spot, ...]
    lines: tuple[Line, ...]

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        spots = [
            {"id": s.id, "title": s.title, "standing": s.standing, "priority": s.priority}
            for s in self.spots
        ]
        return {
            "beads": spots,
            "edges": [{"id": x.bead, "type": x.type, "on": x.on} for x in self.lines],
        }


def around(town: Town, bead: str) -> Picture:
    """Return all that hangs together with *bead*."""
    return _picture(town, town.rig_of(bead), [bead])


def of_ledger(town: Town, rig: Rig | None) -> Picture:
    """Return all open work of a ledger that waits for something or is a part of something."""
    with reading.opened(town, rig) as (db, homes):
        names = {row[0] for row in db.execute(_ALL)}
        for target in (row[0] for home in homes.every() for row in home.execute(_ABROAD)):
            names.update(row[0] for row in db.execute(_LIVE, (target,)))
    return _picture(town, rig, sorted(names))


def _picture(town: Town, rig: Rig | None, names: Iterable[str]) -> Picture:
    with graph.graph_of(town, rig) as (_, web, homes):
        lines = _lines(homes, names)
        inside = {*names, *(x.bead for x in lines), *(x.on for x in lines)}
        spots = []
        for name in sorted(inside):
            node = web.find(name)
            place = "missing" if node is None else _standing(web, node, town.now())
            title, priority = _title(homes, name)
            spots.append(Spot(name, title, place, priority))
    return Picture(tuple(spots), tuple(sorted(lines)))


def _standing(web: Graph, node: Node, now: str) -> str:
    """Return where *node* stands; what nobody takes up is called what it is."""
    word = web.standing(node, now)
    if word != "excluded":
        return word
    return node.type if node.type in NO_WORK else node.status


def _lines(homes: Homes, names: Iterable[str]) -> set[Line]:
    found: set[Line] = set()
    waiting = list(names)
    seen = set(waiting)
    for name in waiting:
        if len(seen) > _MOST:
            raise RefusedError(
                f"more than {_MOST} beads hang together: too many to be drawn",
                hint="git gt bead dep tree ID, or git gt bead graph --waves",
            )
        rows = [row for home in homes.every() for row in home.execute(_HUNG, {"it": name})]
        for row in rows:
            line = Line(*row)
            found.add(line)
            fresh = {line.bead, line.on} - seen
            seen |= fresh
            waiting += sorted(fresh)
    return found


def _title(homes: Homes, name: str) -> tuple[str, int]:
    home = homes(name.partition("-")[0])
    row = _row(home, name) if home is not None else None
    return (name, 2) if row is None else row


def _row(db: sqlite3.Connection, name: str) -> tuple[str, int] | None:
    found = db.execute("select title, priority from doc where id = ?", (name,)).fetchone()
    return None if found is None else (found[0], found[1])


# --- down from one bead


@dataclass(frozen=True, slots=True)
class Branch:
    """A line of a tree: how deep, which bead, by which edge it is there, and whether again."""

    depth: int
    spot: Spot
    type: str
    again: bool

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        found = {"depth": self.depth, "id": self.spot.id, "title": self.spot.title}
        more = {"type": self.type, "standing": self.spot.standing, "again": self.again}
        return {**found, **{name: value for name, value in more.items() if value}}


def tree(found: Picture, root: str, *, down: bool = False) -> list[Branch]:
    """Return what *root* waits for, and its parts, and they in turn.

    With *down*, what comes after it instead: who waits for it, and its parts. What is there
    twice is followed once.
    """
    spots = {spot.id: spot for spot in found.spots}
    below: dict[str, list[tuple[str, str]]] = {}
    for line in found.lines:
        first = line.on if down or line.type == PARENT else line.bead
        other = line.bead if first == line.on else line.on
        below.setdefault(first, []).append((other, line.type))
    branches: list[Branch] = []
    seen: set[str] = set()
    waiting = [(root, "", 0)]
    while waiting:
        name, kind, depth = waiting.pop()
        again = name in seen and name in below
        branches.append(Branch(depth, spots[name], kind, again))
        if name not in seen:
            seen.add(name)
            inside = sorted(below.get(name, ()), reverse=True)
            waiting += [(other, type_, depth + 1) for other, type_ in inside]
    return branches
