"""Who waits for whom, and what follows from it: the one specification of what is ready.

Everything here is a function of plain facts. The index keeps the same answers in columns, so
that they need not be worked out again; a property test holds it to what is said here.

- blocks: until the other one is closed, however it ended
- conditional-blocks: until it is closed with that outcome; closed otherwise, for good
- waits-for: until all children of the other one are closed, or any, if that is enough
- merge-blocks: until the code of the other one has landed
- a child of what is blocked or deferred waits with it
- what is nowhere, or cannot be read, holds up whoever waits for it
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from gitgt.values import dataclass

BLOCKING: Final = ("blocks", "conditional-blocks", "waits-for", "merge-blocks")
PARENT: Final = "parent-child"
NO_WORK: Final = ("epic", "molecule", "formula-gate")
FOREVER: Final = "~"  # after every time
_HELD: Final = ("hooked", "in_progress")
_MEANS: Final = {"success": ("success", "no-changes")}


# What each type of dependency holds up: for people.
EFFECTS: Final = {
    "blocks": "until the other one is closed, however it ended",
    "conditional-blocks": "until the other one is closed with the outcome that `when` names "
    "(without it: `failure`); closed otherwise it holds for good",
    "waits-for": "until all parts of the other one are closed; with `when: any-child`, one",
    "merge-blocks": "until the code of the other one has landed; if it never does, for good",
    "parent-child": "as long as something holds up the other one, or it is put off",
}


@dataclass(frozen=True, slots=True)
class Edge:
    """What one document says of another; ``when`` as in ``Dependency``."""

    type: str
    on: str
    when: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """What these questions ask of a document; of one that cannot be read, that it is there."""

    id: str
    kind: str = "bead"
    type: str = "task"
    status: str = "open"
    ended: bool = False
    outcome: str = ""
    landed: bool = False
    defer_until: str = ""
    parents: tuple[str, ...] = ()
    edges: tuple[Edge, ...] = ()
    unreadable: bool = False

    @property
    def is_live_work(self) -> bool:
        """Tell whether it can wait for anything."""
        return self.kind == "bead" and not self.ended and not self.unreadable


@dataclass(frozen=True, slots=True, order=True)
class Reason:
    """Why something is not ready: the *rule*, and because of whom.

    What is *final* no event will mend: a person must change the edge.
    """

    rule: str
    on: str
    detail: str = ""
    final: bool = False


class Graph:
    """Documents that wait for each other, found by name wherever they are."""

    def __init__(
        self, find: Callable[[str], Node | None], children: Callable[[str], Iterable[str]]
    ) -> None:
        self.find = find
        self.children = children

    @classmethod
    def of(cls, nodes: Iterable[Node]) -> Graph:
        """Return the graph of *nodes*."""
        known = {node.id: node for node in nodes}
        below: dict[str, list[str]] = {}
        for node in known.values():
            for parent in node.parents:
                below.setdefault(parent, []).append(node.id)
        return cls(known.get, lambda name: below.get(name, ()))

    def reasons(self, node: Node) -> tuple[Reason, ...]:
        """Return why *node* waits, of itself: what its own edges and its status say."""
        if not node.is_live_work:
            return ()
        found = [Reason("status", node.id)] if node.status == "blocked" else []
        held = [self._held_by(edge) for edge in node.edges if edge.type in BLOCKING]
        found += [reason for reason in held if reason]
        for parent in node.parents:
            above = self.find(parent)
            if above is None or above.unreadable:
                found.append(Reason("missing" if above is None else "unreadable", parent))
        return tuple(sorted(set(found)))

    def why(self, node: Node) -> tuple[Reason, ...]:
        """Return why *node* waits, its parents' reasons included."""
        if not node.is_live_work:
            return ()
        found = list(self.reasons(node))
        for parent in self._above(node):
            if parent.id == node.id:
                found.append(Reason("cycle", node.id, "it is above itself"))
            elif self.reasons(parent) or parent in self._above(parent):
                found.append(Reason("parent", parent.id))
        return tuple(sorted(set(found)))

    def until(self, node: Node) -> str:
        """Return before when *node* is not to be looked at: its own time, or a parent's."""
        if not node.is_live_work:
            return ""
        return max(map(_own_until, (node, *self._above(node))))

    def standing(self, node: Node, now: str) -> str:
        """Return the one word for where *node* stands at *now*."""
        if node.unreadable:
            return "unreadable"
        if node.kind != "bead" or node.ended:
            return "closed"
        if node.status in _HELD:
            return "claimed"
        if node.type in NO_WORK or node.status == "pinned":
            return "excluded"
        if self.why(node):
            return "blocked"
        return "deferred" if self.until(node) > now else "ready"

    def arrows(self, node: Node) -> Iterator[str]:
        """Yield the live work that *node* cannot go before: a cycle of these is a deadlock."""
        if not node.is_live_work:
            return
        for edge in node.edges:
            if edge.type in BLOCKING and self._held_by(edge):
                names = self.children(edge.on) if edge.type == "waits-for" else (edge.on,)
                yield from self._live(names)
        yield from self._live(node.parents)

    def _live(self, names: Iterable[str]) -> Iterator[str]:
        for name in names:
            found = self.find(name)
            if found is not None and found.is_live_work:
                yield name

    def _held_by(self, edge: Edge) -> Reason | None:
        """Return what about the other end of a blocking *edge* still holds, if anything."""
        other = self.find(edge.on)
        if other is None or other.unreadable:
            return Reason("missing" if other is None else "unreadable", edge.on)
        match edge.type:
            case "blocks":
                return None if other.ended else Reason(edge.type, other.id)
            case "conditional-blocks":
                wanted = edge.when or "failure"
                if other.ended and other.outcome in _MEANS.get(wanted, (wanted,)):
                    return None
                return Reason(edge.type, other.id, wanted, final=other.ended)
            case "merge-blocks":
                return None if other.landed else Reason(edge.type, other.id, "", other.ended)
            case _:
                return self._held_by_children(edge)

    def _held_by_children(self, edge: Edge) -> Reason | None:
        known = [self.find(name) for name in self.children(edge.on)]
        ended = [each.ended for each in known if each is not None]
        enough = any(ended) if edge.when == "any-child" else all(ended)
        if not ended or enough:
            return None
        return Reason(edge.type, edge.on, f"{sum(ended)}/{len(ended)}")

    def _above(self, node: Node) -> list[Node]:
        """Return the live work above *node*, itself too if it is above itself."""
        found: dict[str, Node] = {}
        waiting = list(node.parents)
        while waiting:
            each = self.find(waiting.pop())
            if each is not None and each.is_live_work and each.id not in found:
                found[each.id] = each
                waiting += each.parents
        return list(found.values())


def _own_until(node: Node) -> str:
    return FOREVER if node.status == "deferred" else node.defer_until


# --- cycles and waves, of pairs: (who waits, for whom)


def way_between(
    start: str, goal: str, neighbors: Callable[[str], Iterable[str]]
) -> tuple[str, ...]:
    """Return a shortest way from *start* to *goal*; empty if there is none."""
    came_from: dict[str, str] = {start: ""}
    waiting = [start]
    for at in waiting:
        if at == goal:
            return _way(came_from, goal)
        for each in neighbors(at):
            if each not in came_from:
                came_from[each] = at
                waiting.append(each)
    return ()


def _way(came_from: Mapping[str, str], goal: str) -> tuple[str, ...]:
    steps = [goal]
    while came_from[steps[-1]]:
        steps.append(came_from[steps[-1]])
    return tuple(reversed(steps))


def cycles(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, ...]]:
    """Return one way round in each knot of things that wait for each other.

    A knot of several ways is named once; the way begins at its least name.
    """
    after: dict[str, list[str]] = {}
    for one, other in pairs:
        after.setdefault(one, []).append(other)
    found = []
    for knot in _knots(after):
        start = min(knot)
        inside = {name: [each for each in after[name] if each in knot] for name in knot}
        back = [way_between(each, start, inside.__getitem__) for each in inside[start]]
        found.append((start, *min(back, key=len)[:-1]))
    return sorted(found)


def members(pairs: Iterable[tuple[str, str]]) -> set[str]:
    """Return everything that is in a knot."""
    after: dict[str, list[str]] = {}
    for one, other in pairs:
        after.setdefault(one, []).append(other)
    return {name for knot in _knots(after) for name in knot}


def _knots(  # noqa: C901, PLR0912 - one loop, as Tarjan has it
    after: Mapping[str, Sequence[str]],
) -> Iterator[set[str]]:
    """Yield the strongly connected parts that hold a cycle."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    standing: set[str] = set()
    for root in after:
        if root in number:
            continue
        number[root] = low[root] = len(number)
        stack.append(root)
        standing.add(root)
        path = [(root, iter(after[root]))]
        while path:
            at, rest = path[-1]
            for each in rest:
                if each not in number:
                    number[each] = low[each] = len(number)
                    stack.append(each)
                    standing.add(each)
                    path.append((each, iter(after.get(each, ()))))
                    break
                if each in standing and number[each] < low[at]:
                    low[at] = number[each]
            else:
                path.pop()
                if path and low[at] < low[path[-1][0]]:
                    low[path[-1][0]] = low[at]
                if low[at] == number[at]:
                    yield from _cut(stack, standing, at, after)


def _cut(
    stack: list[str], standing: set[str], at: str, after: Mapping[str, Sequence[str]]
) -> Iterator[set[str]]:
    knot: set[str] = set()
    while at not in knot:
        knot.add(stack.pop())
    standing -= knot
    if len(knot) > 1 or at in after.get(at, ()):
        yield knot


def waves(
    names: Iterable[str],
    waits: Iterable[tuple[str, str]],
    below: Iterable[tuple[str, str]],
) -> tuple[list[list[str]], list[str]]:
    """Return what can be done first, what after that, and so on; and what never can.

    *waits* are pairs of who comes after whom, *below* of child and parent: a child comes not
    before its parent could.
    """
    level = dict.fromkeys(names, 0)
    after: dict[str, list[tuple[str, int]]] = {}
    missing = dict.fromkeys(level, 0)
    for pairs, step in ((waits, 1), (below, 0)):
        for one, other in pairs:
            if one in level and other in level:
                after.setdefault(other, []).append((one, step))
                missing[one] += 1
    ready = [name for name, count in missing.items() if not count]
    for at in ready:
        for each, step in after.get(at, ()):
            level[each] = max(level[each], level[at] + step)
            missing[each] -= 1
            if not missing[each]:
                ready.append(each)
    found: dict[int, list[str]] = {}
    for name in ready:
        found.setdefault(level[name], []).append(name)
    return [sorted(found[each]) for each in sorted(found)], sorted(level.keys() - set(ready))
