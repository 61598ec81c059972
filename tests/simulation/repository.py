"""A repository in which a tree is the set of the changes in it.

A commit of an agent is a change. Two heads conflict where they touch the same path and neither
has seen the other; they are red together where they touch the same *topic*, which no merge can
see. Whoever reworks a head has seen all that has landed by then.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from gitgt.model.queue.merge_chain import Base, Clash, Link

_PATH = "path"
_EMPTY = "0" * 16


@dataclass(frozen=True, slots=True)
class Head:
    """What a branch brings at a commit; ``since``: how much had landed that it has seen."""

    commit: str
    bead: str
    by: str
    changes: tuple[str, ...]
    paths: frozenset[int]
    topics: frozenset[int]
    since: int
    red: bool = False
    mends: bool = False
    closes: bool = False


@dataclass(frozen=True, slots=True)
class Merged:
    """What merging some heads onto the target gives."""

    commit: str
    tree: int
    paths: frozenset[int] = frozenset()
    topics: frozenset[int] = frozenset()
    changes: frozenset[str] = frozenset()
    red: bool = False
    broken: bool = False


def digest(*words: str) -> int:
    """Return a number that stands for these words."""
    said = "\0".join(words).encode()
    return int.from_bytes(hashlib.blake2b(said, digest_size=8).digest(), "big")


def name_of(tree: int) -> str:
    """Return the id of a tree."""
    return f"{tree:016x}"


class Repository:
    """Commits, refs and the target of one rig."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.heads: dict[str, Head] = {}
        self.parents: dict[str, tuple[str, ...]] = {}
        self.refs: dict[str, str] = {}
        self.made: list[str] = []  # all commits that agents made
        self.moves = 0
        self.moved: list[tuple[str, str | None, str | None]] = []  # since somebody looked
        self.tree = 0
        self.landed: dict[str, int] = {}  # each change on the target, and as which it came
        self.count = 0
        self.broken = ""  # the push that made the target red
        self.red: dict[str, bool] = {name_of(0): False}  # the truth about each tree
        self._touched: dict[tuple[str, int], int] = {}
        self._merged: dict[tuple[str, ...], Merged | Clash] = {}
        self._number = 0
        self.main = self._commit(f"{name}-root", ())

    def _commit(self, name: str, parents: tuple[str, ...]) -> str:
        self.parents[name] = parents
        return name

    @property
    def base(self) -> Base:
        """Where the target stands."""
        return Base(self.main, name_of(self.tree))

    # --- branches

    def commit(
        self, ref: str, bead: str, by: str, *, paths: frozenset[int], topics: frozenset[int],
        red: bool, mends: bool = False, closes: bool = False,
    ) -> Head:  # fmt: skip
        """Commit in a sandbox: its branch is made from the target if there is none yet."""
        self._number += 1
        name = f"{self._name}-c{self._number}"
        below = self.heads.get(self.refs.get(ref, ""))
        self._commit(name, (below.commit if below else self.main,))
        head = Head(
            name, bead, by,
            changes=((*below.changes, name) if below else (name,)),
            paths=(below.paths | paths if below else paths),
            topics=(below.topics | topics if below else topics),
            since=(below.since if below else self.count),
            red=red, mends=mends, closes=closes,
        )  # fmt: skip
        self.heads[name] = head
        self.made.append(name)
        self.move(ref, name)
        return head

    def rework(self, ref: str, *, red: bool, mends: bool, by: str) -> Head:
        """Merge the target into a branch that came back, and mend what was wrong."""
        below = self.heads[self.refs[ref]]
        self._number += 1
        name = f"{self._name}-c{self._number}"
        self._commit(name, (below.commit, self.main))
        head = replace(
            below, commit=name, by=by, changes=(*below.changes, name), since=self.count,
            red=red, mends=mends, closes=True,
        )  # fmt: skip
        self.heads[name] = head
        self.made.append(name)
        self.move(ref, name)
        return head

    def snapshot(self, address: str, branch: str) -> None:
        """Keep what is not committed in a sandbox, behind what was kept before."""
        self._number += 1
        ref = f"refs/gt/wip/{address}"
        below = [self.refs[each] for each in (ref, branch) if each in self.refs]
        name = self._commit(f"{self._name}-w{self._number}", tuple(below))
        self.made.append(name)
        self.move(ref, name)

    def move(self, ref: str, to: str | None) -> None:
        """Let *ref* point there; None: it goes."""
        old = self.refs.pop(ref, None)
        if to is not None:
            self.refs[ref] = to
        self.moves += 1
        self.moved.append((ref, old, to))

    def is_new(self, commit: str) -> bool:
        """Tell whether the target lacks something that *commit* brings."""
        return any(each not in self.landed for each in self.heads[commit].changes)

    def is_ancestor(self, one: str, of: str) -> bool:
        """Tell whether *of* has *one* in its history, as far as agents made it."""
        head = self.heads.get(of)
        return one == of or (head is not None and one in head.changes)

    # --- merging

    def merge(self, heads: dict[str, str], members: tuple[str, ...]) -> Link | Clash:
        """Merge the last of *members* onto those before it, and those onto the target."""
        key = (self.main, *(heads[each] for each in members))
        found = self._merged.get(key)
        if found is None:
            found = self._merged[key] = self._merge(heads, members)
        if isinstance(found, Clash):
            return Clash(members[-1], found.paths)
        last = members[-1]
        return Link(last, found.commit, name_of(found.tree), head=heads[last])

    def _merge(self, heads: dict[str, str], members: tuple[str, ...]) -> Merged | Clash:
        below = self._below(heads, members[:-1])
        head = self.heads[heads[members[-1]]]
        met = [
            path
            for path in head.paths
            if path in below.paths or self._touched.get((_PATH, path), -1) > head.since
        ]
        new = [
            each
            for each in head.changes
            if each not in self.landed and each not in below.changes
        ]
        if met and new:
            return Clash(members[-1], tuple(f"file{each}" for each in sorted(met)))
        tree = below.tree
        for each in new:
            tree ^= digest(each)
        clashes = any(
            topic in below.topics or self._touched.get(("topic", topic), -1) > head.since
            for topic in head.topics
        )
        merged = Merged(
            commit=f"{digest(below.commit, head.commit):016x}",
            tree=tree,
            paths=below.paths | head.paths,
            topics=below.topics | head.topics,
            changes=below.changes | frozenset(new),
            red=below.red or bool(new and (head.red or clashes)),
            broken=below.broken and not head.mends,
        )
        self.red[name_of(tree)] = merged.red or merged.broken
        return merged

    def _below(self, heads: dict[str, str], members: tuple[str, ...]) -> Merged:
        if not members:
            return Merged(self.main, self.tree, broken=bool(self.broken))
        found = self._merged[self.main, *(heads[each] for each in members)]
        assert isinstance(found, Merged)
        return found

    # --- the target

    def land(self, links: tuple[Link, ...]) -> None:
        """Move the target to the last of *links*."""
        below = self.main
        for link in links:
            head = self.heads[link.head]
            self._commit(link.commit, (below, head.commit))
            below = link.commit
            self.count += 1
            for each in head.changes:
                if each not in self.landed:
                    self.landed[each] = self.count
                    self.tree ^= digest(each)
            self._touch(head.paths, head.topics)
            if head.mends:
                self.broken = ""
        self.red[name_of(self.tree)] = bool(self.broken)
        self._go_to(below)

    def push(self, paths: frozenset[int], *, breaks: bool) -> None:
        """Let somebody push to the target past the queue."""
        self._number += 1
        name = self._commit(f"{self._name}-p{self._number}", (self.main,))
        self.count += 1
        self.landed[name] = self.count
        self.tree ^= digest(name)
        self._touch(paths, frozenset())
        if breaks:
            self.broken = name
        self.red[name_of(self.tree)] = bool(self.broken)
        self._go_to(name)

    def _touch(self, paths: frozenset[int], topics: frozenset[int]) -> None:
        self._touched.update({(_PATH, each): self.count for each in paths})
        self._touched.update({("topic", each): self.count for each in topics})

    def _go_to(self, commit: str) -> None:
        self.moves += 1
        self.moved.append(("refs/heads/main", self.main, commit))
        self.main = commit
        self._merged.clear()

    def reachable(self) -> set[str]:
        """Return every commit that some ref keeps."""
        waiting = [self.main, *self.refs.values()]
        found: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self.parents[name]
        return found
