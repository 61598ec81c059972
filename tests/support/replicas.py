"""Clones of one ledger in which people do things at random, unaware of each other."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pygit2

from gitgt.errors import LedgerConflictError, RefusedError
from gitgt.git.repository import Repository
from gitgt.git.transaction import RefMove
from gitgt.ledger import genesis
from gitgt.ledger.join import join
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change, Ledger
from gitgt.model.actor import Actor, Standing
from gitgt.model.change import marked
from gitgt.model.documents import (
    Bead,
    Comment,
    Dependency,
    DependencyType,
    Outcome,
    WorkType,
    in_order,
    linked,
)
from gitgt.model.ids import BeadId
from gitgt.model.instant import text_of
from gitgt.model.lifecycle import BeadStatus

BEGINNING: Final = 1_795_357_800.0
_ENDS: Final = ("success", "failure", "cancelled")
_LINES: Final = ("one", "two", "three", "four", "five")


def quick_move(repository: Repository, moves: tuple[RefMove, ...], _why: str) -> None:
    """Move one ref, by libgit2: a test of merging needs no process for each edit."""
    (only,) = moves
    refs = repository._git.references
    try:
        if only.old is None:
            refs.create(only.name, only.new or "")
        else:
            if repository.ref(only.name) != only.old:
                raise LedgerConflictError("moved")
            refs[only.name].set_target(pygit2.Oid(hex=only.new or ""))
    except (pygit2.GitError, OSError) as error:
        raise LedgerConflictError(str(error)) from error


class Store:
    """A repository in which each clone's ledger is a ref: a merge sees nothing but commits."""

    def __init__(self, folder: Path) -> None:
        pygit2.init_repository(str(folder), bare=True)
        self.repository = Repository(folder)
        self.begun = genesis.begin(
            self.repository, "refs/heads/beads", prefix="gt", project="1" * 40
        )
        self.repository.has(self.begun)
        pygit2.settings.enable_fsync_gitdir(False)  # noqa: FBT003 - libgit2's signature
        self.tips: set[str] = set()

    def clone(self, name: str, at: str = "", *, seed: int = 0) -> Replica:
        """Return a clone that stands at a commit."""
        ref = f"refs/heads/{name}"
        quick_move(
            self.repository,
            (RefMove(ref, self.repository.ref(ref), at or self.begun),),
            "",
        )
        return Replica(self.repository, ref, name, seed)

    def joined(self, *commits: str) -> str:
        """Return the merge of commits, one after the other."""
        found = commits[0]
        for each in commits[1:]:
            found = join(self.repository, found, each).commit
        return found

    def tree(self, commit: str) -> str:
        """Return a commit's tree."""
        return self.repository.tree_of(commit)


class Replica:
    """One clone, and somebody who works in it: what they do follows from *seed*."""

    def __init__(self, repository: Repository, ref: str, name: str, seed: int) -> None:
        self.name = name
        self.who = Actor(name, f"{name}@example.com", Standing.PERSON)
        self._lots = random.Random(f"{name} {seed}")
        self._now = BEGINNING
        self.ledger = Ledger(repository, ref=ref, clock=self._tick)

    def _tick(self) -> float:
        self._now += self._lots.choice((0.0, 1.0, 60.0))
        return self._now

    @property
    def head(self) -> str:
        """Where it stands."""
        return self.ledger.head()

    def write(self, *documents: Any, said: str = "write", **trailers: str) -> str:
        """Write documents; return where the clone then stands."""
        named = {name.replace("_", "-"): value for name, value in trailers.items()}
        self.ledger.transact(
            lambda _: Change(said, documents, trailers=named), self.who, move=quick_move
        )
        return self.head

    def take(self, commit: str) -> None:
        """Take in another clone's tip."""
        old = self.head
        new = join(self.ledger.repository, old, commit).commit
        if new != old:
            quick_move(self.ledger.repository, (RefMove(self.ledger.ref, old, new),), "")

    def work(self, names: Sequence[str], edits: int, kinds: Sequence[str] = ()) -> str:
        """Do so many things to some of the beads called *names*."""
        for _ in range(edits):
            kind = self._lots.choice(kinds or tuple(_EDITS))
            name = BeadId(self._lots.choice(names))

            def decide(now: Snapshot, name: BeadId = name, kind: str = kind) -> Change | None:
                found = now.find(name)
                if found is None:
                    return Change(f"create {name}", (bead(name, title=f"Bead {name}"),))
                assert isinstance(found, Bead)
                after = _EDITS[kind](self._lots, found, self.who.address)
                after = marked(found, after, now=text_of(self._now), by=self.who.address)
                return Change(f"{kind} {name}", (after,))

            try:
                self.ledger.transact(decide, self.who, move=quick_move)
            except RefusedError:
                continue  # the lifecycle says no: nothing was done
        return self.head


def bead(name: str, **fields: Any) -> Bead:
    """Return a bead as every clone has it from before."""
    begun = {
        "type": WorkType.TASK, "title": name, "status": BeadStatus.OPEN,
        "created_at": text_of(BEGINNING), "created_by": "ada", "description": "\n".join(_LINES),
    }  # fmt: skip
    return Bead(id=BeadId(name), **{**begun, **fields})


def _title(lots: random.Random, old: Bead, who: str) -> Bead:
    return old.replace(title=f"{who} {lots.randrange(5)}")


def _priority(lots: random.Random, old: Bead, _who: str) -> Bead:
    return old.replace(priority=lots.randrange(5))


def _label(lots: random.Random, old: Bead, _who: str) -> Bead:
    return old.replace(labels=tuple(sorted({*old.labels} ^ {lots.choice("abc")})))


def _edge(lots: random.Random, old: Bead, _who: str) -> Bead:
    edge = Dependency(DependencyType.RELATED, BeadId(f"gt-zzzz{lots.randrange(4)}"))
    return old.replace(dependencies=tuple(sorted({*old.dependencies} ^ {edge})))


def _condition(lots: random.Random, old: Bead, _who: str) -> Bead:
    on, when = BeadId(f"gt-zzzz{lots.randrange(2)}"), lots.choice(("", *_ENDS))
    edge = Dependency(DependencyType.CONDITIONAL_BLOCKS, on, when)
    return old.replace(dependencies=linked(old.dependencies, edge))


def _comment(lots: random.Random, old: Bead, who: str) -> Bead:
    name = f"{who}{lots.randrange(10**9)}"
    said = Comment(name, text_of(BEGINNING + lots.randrange(99)), who, lots.choice(_LINES))
    return old.replace(comments=in_order((*old.comments, said)))


def _extra(lots: random.Random, old: Bead, _who: str) -> Bead:
    key = lots.choice("xyz")
    if key in old.ext and lots.random() < 0.3:
        return old.replace(ext={name: each for name, each in old.ext.items() if name != key})
    return old.replace(ext={**old.ext, key: lots.randrange(4)})


def _text(lots: random.Random, old: Bead, who: str) -> Bead:
    lines = old.description.split("\n")
    lines[lots.randrange(len(lines))] = f"{who} {lots.randrange(9)}"
    return old.replace(description="\n".join(lines))


def _state(lots: random.Random, old: Bead, who: str) -> Bead:
    steps = [
        row for row in old.machine if row.source == old.status and row.target != "tombstone"
    ]
    row = lots.choice(steps)
    changes: dict[str, Any] = dict.fromkeys(row.drops, "")
    changes |= {name: f"shop/polecats/{who}" for name in row.needs if name == "assignee"}
    changes |= {"reason": f"as {who} says"} if "reason" in row.needs else {}
    if row.target == BeadStatus.CLOSED:
        changes["outcome"] = lots.choice(tuple(Outcome))
    return old.replace(status=BeadStatus(row.target), **changes)


# What settles by itself, and so does not depend on who merges with whom first.
REGISTERS: Final = ("title", "priority", "label", "edge", "condition", "comment", "extra")
_EDITS: Final = {
    "title": _title, "priority": _priority, "label": _label, "edge": _edge,
    "condition": _condition, "comment": _comment, "extra": _extra, "text": _text,
    "state": _state,
}  # fmt: skip
